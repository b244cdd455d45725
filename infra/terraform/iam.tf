# What each function may do. Each has a role of its own, and each statement says what needs it.

module "rights" {
  source = "./modules/rights"

  schedule_tag_key = var.schedule_tag_key
  tag_last_action  = var.tag_last_action
  volume_key_arns  = var.volume_key_arns
}

locals {
  trust = jsonencode({
    Version = "2012-10-17"
    Statement = [
      # Lambda runs the functions.
      {
        Effect    = "Allow"
        Action    = "sts:AssumeRole"
        Principal = { Service = "lambda.amazonaws.com" }
      },
    ]
  })

  # By name, since the tables may be there already.
  table_arns = {
    for key, table in local.tables : key => "arn:${local.partition}:dynamodb:${local.region}:${local.account}:table/${table.name}"
  }

  secret_arns = {
    webhook    = compact([var.webhook_url_arn])
    channels   = values(var.channel_webhook_url_arns)
    jandi      = compact([var.outgoing_webhook_token_arn])
    slack      = compact([var.slack_signing_secret_arn])
    mattermost = compact([var.mattermost_token_arn])
  }
  # With the secret itself, if the setting names a key of it.
  readable = {
    for name, arns in local.secret_arns : name => distinct(concat(arns, [
      for arn in arns : join(":", ["arn", local.partition, "secretsmanager", split(":", arn)[3], split(":", arn)[4], "secret", split(":", "${arn}:")[6]])
    ]))
  }

  # -- The scheduler

  scheduler_tables = [
    # Look: schedules, groups and exceptions are read by each tick.
    {
      Sid      = "ReadSchedules"
      Effect   = "Allow"
      Action   = "dynamodb:Scan"
      Resource = [local.table_arns.schedule, local.table_arns.server_group, local.table_arns.exception]
    },
    # Record: ForceStart and ForceStop are lowered when they have been done.
    {
      Sid      = "LowerFlags"
      Effect   = "Allow"
      Action   = "dynamodb:UpdateItem"
      Resource = local.table_arns.schedule
    },
    # Record: runs are read and written.
    {
      Sid      = "RememberRuns"
      Effect   = "Allow"
      Action   = ["dynamodb:BatchGetItem", "dynamodb:PutItem"]
      Resource = local.table_arns.run
    },
  ]

  scheduler_function = [
    # Log; the group is made here.
    {
      Sid      = "Log"
      Effect   = "Allow"
      Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
      Resource = "${aws_cloudwatch_log_group.scheduler.arn}:*"
    },
    # Lambda puts events that failed at last into the queue, in the name of the function.
    {
      Sid      = "KeepWhatFailed"
      Effect   = "Allow"
      Action   = "sqs:SendMessage"
      Resource = aws_sqs_queue.dead_letters.arn
    },
    # Lambda reads the streams in the name of the function.
    length(local.streams) == 0 ? null : {
      Sid      = "ReadStreams"
      Effect   = "Allow"
      Action   = ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams"]
      Resource = ["${local.table_arns.schedule}/stream/*", "${local.table_arns.exception}/stream/*"]
    },
    # A tick hands out batches of schedules, and Lambda takes them from the queue in the name of the function.
    !local.dispatches ? null : {
      Sid      = "HandOut"
      Effect   = "Allow"
      Action   = ["sqs:SendMessage", "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]
      Resource = aws_sqs_queue.dispatch[0].arn
    },
    # Look and act in other accounts; the roles there say what is allowed.
    length(var.assumable_role_arns) == 0 ? null : {
      Sid      = "EnterOtherAccounts"
      Effect   = "Allow"
      Action   = "sts:AssumeRole"
      Resource = var.assumable_role_arns
    },
    # X-Ray knows no narrower resource.
    !local.traces ? null : {
      Sid      = "Trace"
      Effect   = "Allow"
      Action   = ["xray:PutTraceSegments", "xray:PutTelemetryRecords"]
      Resource = "*"
    },
    # Read at the start: the secrets that the settings refer to.
    !local.answers ? null : {
      Sid      = "ReadLinkSecret"
      Effect   = "Allow"
      Action   = "secretsmanager:GetSecretValue"
      Resource = aws_secretsmanager_secret.link[0].arn
    },
    length(local.readable.webhook) == 0 ? null : {
      Sid      = "ReadWebhook"
      Effect   = "Allow"
      Action   = ["secretsmanager:GetSecretValue", "ssm:GetParameter"]
      Resource = local.readable.webhook
    },
    length(local.readable.channels) == 0 ? null : {
      Sid      = "ReadWebhooksOfChannels"
      Effect   = "Allow"
      Action   = ["secretsmanager:GetSecretValue", "ssm:GetParameter"]
      Resource = local.readable.channels
    },
    length(var.further_secret_arns) == 0 ? null : {
      Sid      = "ReadFurtherSecrets"
      Effect   = "Allow"
      Action   = ["secretsmanager:GetSecretValue", "ssm:GetParameter"]
      Resource = var.further_secret_arns
    },
    length(var.secret_key_arns) == 0 ? null : {
      Sid      = "DecryptSecrets"
      Effect   = "Allow"
      Action   = "kms:Decrypt"
      Resource = var.secret_key_arns
    },
  ]

  # -- The chat function

  chat_tables = [
    # Every command and page looks at the schedule.
    {
      Sid      = "ReadSchedules"
      Effect   = "Allow"
      Action   = "dynamodb:Scan"
      Resource = [local.table_arns.schedule, local.table_arns.server_group, local.table_arns.exception]
    },
    # force_start, force_stop and cancel raise and lower flags.
    {
      Sid      = "RaiseFlags"
      Effect   = "Allow"
      Action   = "dynamodb:UpdateItem"
      Resource = local.table_arns.schedule
    },
    # Extend, skip and exception set write exceptions; cancel and exception del take them back.
    {
      Sid      = "WriteExceptions"
      Effect   = "Allow"
      Action   = ["dynamodb:PutItem", "dynamodb:DeleteItem"]
      Resource = local.table_arns.exception
    },
    # Whether the stop has begun, and how many orders a minute has seen.
    {
      Sid      = "SeeRunsAndCountOrders"
      Effect   = "Allow"
      Action   = ["dynamodb:BatchGetItem", "dynamodb:PutItem"]
      Resource = local.table_arns.run
    },
  ]

  chat_function = [
    # Log; the group is made here.
    !local.answers ? null : {
      Sid      = "Log"
      Effect   = "Allow"
      Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
      Resource = "${aws_cloudwatch_log_group.chat[0].arn}:*"
    },
    # X-Ray knows no narrower resource.
    !local.traces ? null : {
      Sid      = "Trace"
      Effect   = "Allow"
      Action   = ["xray:PutTraceSegments", "xray:PutTelemetryRecords"]
      Resource = "*"
    },
    # Read at the start: the secrets that the settings refer to.
    !local.answers ? null : {
      Sid      = "ReadLinkSecret"
      Effect   = "Allow"
      Action   = "secretsmanager:GetSecretValue"
      Resource = aws_secretsmanager_secret.link[0].arn
    },
    length(local.readable.jandi) == 0 ? null : {
      Sid      = "ReadJandi"
      Effect   = "Allow"
      Action   = ["secretsmanager:GetSecretValue", "ssm:GetParameter"]
      Resource = local.readable.jandi
    },
    length(local.readable.slack) == 0 ? null : {
      Sid      = "ReadSlack"
      Effect   = "Allow"
      Action   = ["secretsmanager:GetSecretValue", "ssm:GetParameter"]
      Resource = local.readable.slack
    },
    length(local.readable.mattermost) == 0 ? null : {
      Sid      = "ReadMattermost"
      Effect   = "Allow"
      Action   = ["secretsmanager:GetSecretValue", "ssm:GetParameter"]
      Resource = local.readable.mattermost
    },
    length(var.secret_key_arns) == 0 ? null : {
      Sid      = "DecryptSecrets"
      Effect   = "Allow"
      Action   = "kms:Decrypt"
      Resource = var.secret_key_arns
    },
  ]

  own_policies = {
    scheduler = { tables = local.scheduler_tables, function = local.scheduler_function }
    chat      = { tables = local.chat_tables, function = local.chat_function }
  }
  policies = {
    for role, policies in local.own_policies : role => {
      for name, statements in policies : name => jsonencode({
        Version   = "2012-10-17"
        Statement = [for statement in statements : statement if statement != null]
      })
    }
  }
}

resource "aws_iam_role" "scheduler" {
  name_prefix          = "${var.name}-scheduler-"
  description          = "What Lamplighter's scheduler may do"
  permissions_boundary = var.permissions_boundary == "" ? null : var.permissions_boundary
  assume_role_policy   = local.trust
}

resource "aws_iam_role_policy" "scheduler" {
  for_each = merge(local.policies.scheduler, module.rights.policies)

  name   = each.key
  role   = aws_iam_role.scheduler.name
  policy = each.value
}

resource "aws_iam_role" "chat" {
  count = local.answers ? 1 : 0

  name_prefix          = "${var.name}-chat-"
  description          = "What Lamplighter's chat function may do"
  permissions_boundary = var.permissions_boundary == "" ? null : var.permissions_boundary
  assume_role_policy   = local.trust
}

resource "aws_iam_role_policy" "chat" {
  for_each = local.answers ? local.policies.chat : {}

  name   = each.key
  role   = aws_iam_role.chat[0].name
  policy = each.value
}
