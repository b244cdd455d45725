# One binary is both functions: what FUNCTION_ROLE says decides which.

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  account   = data.aws_caller_identity.current.account_id
  partition = data.aws_partition.current.partition
  region    = data.aws_region.current.id

  answers    = var.answer_from_chat == "yes"
  dispatches = var.dispatch == "on"
  traces     = var.tracing == "on"

  package = var.package == null ? "${path.module}/../../target/package/bootstrap.zip" : var.package

  # The settings of both functions; an empty one counts as not set.
  settings = {
    SCHEDULE_TABLE                = local.tables.schedule.name
    SERVER_GROUP_TABLE            = local.tables.server_group.name
    EXCEPTION_TABLE               = local.tables.exception.name
    RUN_TABLE                     = local.tables.run.name
    DEFAULT_TIMEZONE              = var.default_timezone
    STOP_ALERT_BEFORE_TIME_MINUTE = var.stop_alert_before_time_minute
    MESSAGE_LANGUAGE              = var.message_language
    COMMAND_KEYWORD               = var.command_keyword
    CHAT_URL                      = local.chat_url
    LINK_SECRET                   = local.answers ? aws_secretsmanager_secret.link[0].arn : ""
    RUST_LOG                      = var.log_level
  }
  channels = { for channel, arn in var.channel_webhook_url_arns : "WEBHOOK_URL_${channel}" => arn }
}

# -- The scheduler: what starts and stops

resource "aws_lambda_function" "scheduler" {
  #checkov:skip=CKV_AWS_115:Ticks at the same time do no harm; reserved concurrency would be taken from the account's other functions
  #checkov:skip=CKV_AWS_117:Calls AWS and public webhooks only; in a VPC it would need a NAT gateway
  #checkov:skip=CKV_AWS_173:Refers to secrets and holds none; encrypted with Lambda's own key
  #checkov:skip=CKV_AWS_272:The zip is built from a checkout by whoever deploys it
  function_name    = "${var.name}-scheduler"
  description      = "Starts and stops instances on schedules"
  role             = aws_iam_role.scheduler.arn
  filename         = local.package
  source_code_hash = filebase64sha256(local.package)
  runtime          = "provided.al2023"
  handler          = "bootstrap"
  architectures    = [var.architecture]
  memory_size      = 128
  timeout          = 300

  environment {
    variables = merge(local.settings, local.channels, {
      FUNCTION_ROLE      = "scheduler"
      SCHEDULE_TAG_KEY   = var.schedule_tag_key
      GROUP_TAG_KEY      = var.group_tag_key
      REGIONS            = var.regions
      ACCOUNTS           = var.accounts
      EXTERNAL_ID        = var.external_id
      TAG_LAST_ACTION    = var.tag_last_action
      DISPATCH_QUEUE_URL = local.dispatches ? aws_sqs_queue.dispatch[0].url : ""
      SETTLE_SECONDS     = var.settle_seconds
      WEBHOOK_URL        = var.webhook_url_arn
      WEBHOOK_PLATFORM   = var.webhook_platform
    })
  }

  # Of events that fail at last: what came is in the queue, and the next tick makes up for it.
  dead_letter_config {
    target_arn = aws_sqs_queue.dead_letters.arn
  }

  logging_config {
    log_format = "Text"
    log_group  = aws_cloudwatch_log_group.scheduler.name
  }

  tracing_config {
    mode = local.traces ? "Active" : "PassThrough"
  }

  # Lambda looks whether the role may use the queue, and a function without its rights would begin with failures.
  depends_on = [aws_iam_role_policy.scheduler]
}

resource "aws_lambda_function_event_invoke_config" "scheduler" {
  function_name                = aws_lambda_function.scheduler.function_name
  maximum_event_age_in_seconds = 600
  maximum_retry_attempts       = 2
}

resource "aws_cloudwatch_log_group" "scheduler" {
  #checkov:skip=CKV_AWS_158:Holds names of schedules and instances and no secret; encrypted with CloudWatch's own key
  #checkov:skip=CKV_AWS_338:How long logs are kept is for each account to say
  name              = "/aws/lambda/${var.name}-scheduler"
  retention_in_days = var.log_retention_days
}

# -- The chat function: what answers people; no right on EC2 and RDS

resource "aws_lambda_function" "chat" {
  #checkov:skip=CKV_AWS_115:The HTTP API bounds how often it is called
  #checkov:skip=CKV_AWS_116:Only answers requests; there is nobody to whom a late answer would be of use
  #checkov:skip=CKV_AWS_117:Calls AWS and Slack only; in a VPC it would need a NAT gateway
  #checkov:skip=CKV_AWS_173:Refers to secrets and holds none; encrypted with Lambda's own key
  #checkov:skip=CKV_AWS_272:The zip is built from a checkout by whoever deploys it
  count = local.answers ? 1 : 0

  function_name    = "${var.name}-chat"
  description      = "Answers people in chat, and serves the page behind the links of warnings"
  role             = aws_iam_role.chat[0].arn
  filename         = local.package
  source_code_hash = filebase64sha256(local.package)
  runtime          = "provided.al2023"
  handler          = "bootstrap"
  architectures    = [var.architecture]
  memory_size      = 128
  timeout          = 10

  environment {
    variables = merge(local.settings, {
      FUNCTION_ROLE          = "chat"
      OUTGOING_WEBHOOK_TOKEN = var.outgoing_webhook_token_arn
      SLACK_SIGNING_SECRET   = var.slack_signing_secret_arn
      MATTERMOST_TOKEN       = var.mattermost_token_arn
      DISCORD_PUBLIC_KEY     = var.discord_public_key
      DISCORD_SERVERS        = var.discord_servers
    })
  }

  logging_config {
    log_format = "Text"
    log_group  = aws_cloudwatch_log_group.chat[0].name
  }

  tracing_config {
    mode = local.traces ? "Active" : "PassThrough"
  }

  depends_on = [aws_iam_role_policy.chat]
}

resource "aws_cloudwatch_log_group" "chat" {
  #checkov:skip=CKV_AWS_158:Holds who ordered what, and no secret; encrypted with CloudWatch's own key
  #checkov:skip=CKV_AWS_338:How long logs are kept is for each account to say
  count = local.answers ? 1 : 0

  name              = "/aws/lambda/${var.name}-chat"
  retention_in_days = var.log_retention_days
}
