# What calls the scheduler, and where events go that failed for good.

locals {
  rules = {
    tick = { description = "Lamplighter looks what is due", schedule = var.tick_schedule, pattern = null }
    # The next group goes at once, not at the next tick.
    server_changed = {
      description = "An instance of EC2 has started or stopped"
      schedule    = null
      pattern = jsonencode({
        source      = ["aws.ec2"]
        detail-type = ["EC2 Instance State-change Notification"]
        detail      = { state = ["running", "stopped", "terminated"] }
      })
    }
    database_changed = {
      description = "A database or cluster of RDS has changed"
      schedule    = null
      pattern = jsonencode({
        source      = ["aws.rds"]
        detail-type = ["RDS DB Instance Event", "RDS DB Cluster Event"]
      })
    }
  }

  # The streams that there are, of tables made here or given.
  has_schedule_stream  = var.tables == "all" || var.schedule_stream_arn != ""
  has_exception_stream = var.tables == "all" || var.exception_stream_arn != ""
  streams = merge(
    local.has_schedule_stream ? {
      schedule = var.tables == "all" ? aws_dynamodb_table.this["schedule"].stream_arn : var.schedule_stream_arn
    } : {},
    local.has_exception_stream ? {
      exception = var.tables == "all" ? aws_dynamodb_table.this["exception"].stream_arn : var.exception_stream_arn
    } : {},
  )
}

resource "aws_cloudwatch_event_rule" "this" {
  for_each = local.rules

  name                = "${var.name}-${replace(each.key, "_", "-")}"
  description         = each.value.description
  schedule_expression = each.value.schedule
  event_pattern       = each.value.pattern
}

resource "aws_cloudwatch_event_target" "this" {
  for_each = local.rules

  rule = aws_cloudwatch_event_rule.this[each.key].name
  arn  = aws_lambda_function.scheduler.arn

  retry_policy {
    maximum_event_age_in_seconds = 300
    maximum_retry_attempts       = 2
  }

  dead_letter_config {
    arn = aws_sqs_queue.dead_letters.arn
  }

  # The first tick finds its tables.
  depends_on = [aws_dynamodb_table.this]
}

resource "aws_lambda_permission" "rule" {
  for_each = local.rules

  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.scheduler.function_name
  principal     = "events.amazonaws.com"
  source_arn    = aws_cloudwatch_event_rule.this[each.key].arn
}

# An edit of a schedule or an exception acts at once.
resource "aws_lambda_event_source_mapping" "edited" {
  for_each = local.streams

  function_name     = aws_lambda_function.scheduler.function_name
  event_source_arn  = each.value
  starting_position = "LATEST"
  batch_size        = 100
  # Edits of several items at once, as of `lamplighter apply`, are one tick.
  maximum_batching_window_in_seconds = 2
  # The next tick makes up for one that fails; else the same records would come until they expire.
  maximum_retry_attempts        = 2
  maximum_record_age_in_seconds = 300

  destination_config {
    on_failure {
      destination_arn = aws_sqs_queue.dead_letters.arn
    }
  }
}

# -- What failed

resource "aws_sqs_queue" "dead_letters" {
  name                    = "${var.name}-dead-letters"
  sqs_managed_sse_enabled = true
  # Nothing in it has to be done again: the next tick makes up for it. It is kept so that somebody can see what it was.
  message_retention_seconds = 345600
}

resource "aws_sqs_queue_policy" "dead_letters" {
  queue_url = aws_sqs_queue.dead_letters.url
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      # EventBridge puts events here that it could not deliver.
      {
        Sid       = "KeepUndelivered"
        Effect    = "Allow"
        Principal = { Service = "events.amazonaws.com" }
        Action    = "sqs:SendMessage"
        Resource  = aws_sqs_queue.dead_letters.arn
        Condition = {
          ArnEquals = { "aws:SourceArn" = [for key in ["tick", "server_changed", "database_changed"] : aws_cloudwatch_event_rule.this[key].arn] }
        }
      },
      {
        Sid       = "EncryptedOnly"
        Effect    = "Deny"
        Principal = "*"
        Action    = "sqs:*"
        Resource  = aws_sqs_queue.dead_letters.arn
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
    ]
  })
}

# -- Batches of schedules that a tick hands to further invocations

resource "aws_sqs_queue" "dispatch" {
  count = local.dispatches ? 1 : 0

  name                    = "${var.name}-dispatch"
  sqs_managed_sse_enabled = true
  # Six times the function's time, as AWS asks for; older messages say nothing new, and the next tick sends for the same schedules.
  visibility_timeout_seconds = 1800
  message_retention_seconds  = 7200
  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.dead_letters.arn
    maxReceiveCount     = 3
  })
}

resource "aws_sqs_queue_policy" "dispatch" {
  count = local.dispatches ? 1 : 0

  queue_url = aws_sqs_queue.dispatch[0].url
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "EncryptedOnly"
        Effect    = "Deny"
        Principal = "*"
        Action    = "sqs:*"
        Resource  = aws_sqs_queue.dispatch[0].arn
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
    ]
  })
}

resource "aws_lambda_event_source_mapping" "dispatched" {
  count = local.dispatches ? 1 : 0

  function_name    = aws_lambda_function.scheduler.function_name
  event_source_arn = aws_sqs_queue.dispatch[0].arn
  # A function for each batch of schedules; the bound keeps AWS's rate limits and chat whole.
  batch_size              = 1
  function_response_types = ["ReportBatchItemFailures"]

  scaling_config {
    maximum_concurrency = 20
  }
}
