# Who hears of what failed.

locals {
  makes_topic = var.alarm_topic_arn == ""
  topic       = local.makes_topic ? aws_sns_topic.alarms[0].arn : var.alarm_topic_arn

  alarms = merge({
    no_tick = {
      description = "Nothing has called the scheduler for a quarter of an hour: is the rule on, and may it call the function?"
      namespace   = "AWS/Lambda"
      metric      = "Invocations"
      dimensions  = { FunctionName = aws_lambda_function.scheduler.function_name }
      statistic   = "Sum"
      periods     = 3
      datapoints  = 3
      comparison  = "LessThanThreshold"
      missing     = "breaching"
    }
    tick_fails = {
      description = "Ticks fail, two within a quarter of an hour: tables or instances cannot be read. The log says which, and what to do."
      namespace   = "AWS/Lambda"
      metric      = "Errors"
      dimensions  = { FunctionName = aws_lambda_function.scheduler.function_name }
      statistic   = "Sum"
      periods     = 3
      datapoints  = 2
      comparison  = "GreaterThanOrEqualToThreshold"
      missing     = "notBreaching"
    }
    dead_letters_wait = {
      description = "Events have failed for good. Each message says which and why; the next tick makes up for them. Purge the queue when the cause is mended."
      namespace   = "AWS/SQS"
      metric      = "ApproximateNumberOfMessagesVisible"
      dimensions  = { QueueName = aws_sqs_queue.dead_letters.name }
      statistic   = "Maximum"
      periods     = 1
      datapoints  = 1
      comparison  = "GreaterThanOrEqualToThreshold"
      missing     = "notBreaching"
    }
    late_run = {
      description = "A server group has been starting or stopping for longer than its SlowAfterMinutes; chat was told which, and what waits for it."
      # The scheduler's own metric; it has no dimensions, so a second scheduler in this region counts here too.
      namespace  = "Lamplighter"
      metric     = "LateGroups"
      dimensions = {}
      statistic  = "Maximum"
      periods    = 1
      datapoints = 1
      comparison = "GreaterThanOrEqualToThreshold"
      missing    = "notBreaching"
    }
    }, local.answers ? {
    chat_fails = {
      description = "The chat function fails: what calls it is no request, or it cannot start. The log says why."
      namespace   = "AWS/Lambda"
      metric      = "Errors"
      dimensions  = { FunctionName = aws_lambda_function.chat[0].function_name }
      statistic   = "Sum"
      periods     = 1
      datapoints  = 1
      comparison  = "GreaterThanOrEqualToThreshold"
      missing     = "notBreaching"
    }
  } : {})
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = local.alarms

  alarm_name          = "${var.name}-${replace(each.key, "_", "-")}"
  alarm_description   = each.value.description
  namespace           = each.value.namespace
  metric_name         = each.value.metric
  dimensions          = each.value.dimensions
  statistic           = each.value.statistic
  period              = 300
  evaluation_periods  = each.value.periods
  datapoints_to_alarm = each.value.datapoints
  comparison_operator = each.value.comparison
  threshold           = 1
  treat_missing_data  = each.value.missing
  alarm_actions       = [local.topic]
  ok_actions          = [local.topic]
}

resource "aws_sns_topic" "alarms" {
  #checkov:skip=CKV_AWS_26:Alarms cannot publish to a topic with SNS's own key, and say nothing secret
  count = local.makes_topic ? 1 : 0

  name         = "${var.name}-alarms"
  display_name = "Lamplighter"
}

resource "aws_sns_topic_policy" "alarms" {
  count = local.makes_topic ? 1 : 0

  arn = aws_sns_topic.alarms[0].arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "Alarms"
        Effect    = "Allow"
        Principal = { Service = "cloudwatch.amazonaws.com" }
        Action    = "sns:Publish"
        Resource  = aws_sns_topic.alarms[0].arn
        Condition = { StringEquals = { "aws:SourceAccount" = local.account } }
      },
    ]
  })
}

resource "aws_sns_topic_subscription" "mail" {
  count = local.makes_topic && var.alarm_email != "" ? 1 : 0

  topic_arn = aws_sns_topic.alarms[0].arn
  protocol  = "email"
  endpoint  = var.alarm_email
}
