# Instances, hours saved, actions and failures at a glance. Instances are averaged over an hour, so that one that is off for half of it
# counts half an instance-hour.

locals {
  watches = var.dashboard == "yes"

  widgets = [
    {
      type = "metric", x = 0, y = 0, width = 12, height = 6
      properties = {
        title = "Instances wanted on and off", region = local.region, view = "timeSeries", stacked = true, stat = "Average", period = 300
        metrics = [
          ["Lamplighter", "InstancesWantedOn", { label = "on", color = "#2ca02c" }],
          ["Lamplighter", "InstancesWantedOff", { label = "off", color = "#7f7f7f" }],
        ]
      }
    },
    {
      type = "metric", x = 12, y = 0, width = 6, height = 6
      properties = {
        title = "Instance-hours switched off", region = local.region, view = "timeSeries", stat = "Average", period = 3600
        metrics = [
          [{ expression = "RUNNING_SUM(off)", label = "since the left edge", id = "saved" }],
          ["Lamplighter", "InstancesWantedOff", { id = "off", visible = false }],
        ]
      }
    },
    {
      type = "metric", x = 18, y = 0, width = 6, height = 6
      properties = {
        title = "Share of instance-hours switched off", region = local.region, view = "timeSeries", stat = "Average", period = 3600
        yAxis = { left = { min = 0, max = 100 } }
        metrics = [
          [{ expression = "100 * off / (on + off)", label = "%", id = "share" }],
          ["Lamplighter", "InstancesWantedOff", { id = "off", visible = false }],
          ["Lamplighter", "InstancesWantedOn", { id = "on", visible = false }],
        ]
      }
    },
    {
      type = "metric", x = 0, y = 6, width = 8, height = 6
      properties = {
        title = "Actions", region = local.region, view = "timeSeries", stat = "Sum", period = 300
        metrics = [
          ["Lamplighter", "Starts", { color = "#2ca02c" }],
          ["Lamplighter", "Stops", { color = "#7f7f7f" }],
          ["Lamplighter", "Messages", { color = "#1f77b4" }],
        ]
      }
    },
    {
      type = "metric", x = 8, y = 6, width = 8, height = 6
      properties = {
        title = "What went wrong", region = local.region, view = "timeSeries", stat = "Maximum", period = 300
        metrics = [
          ["Lamplighter", "Failures", { stat = "Sum", color = "#d62728" }],
          ["Lamplighter", "LateGroups", { color = "#ff7f0e" }],
          ["Lamplighter", "Problems", { color = "#9467bd" }],
          ["Lamplighter", "UntoldMessages", { color = "#8c564b" }],
          ["AWS/Lambda", "Errors", "FunctionName", aws_lambda_function.scheduler.function_name, { stat = "Sum", label = "Failed ticks" }],
          ["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", aws_sqs_queue.dead_letters.name, { label = "Dead letters" }],
        ]
      }
    },
    {
      type = "metric", x = 16, y = 6, width = 8, height = 6
      properties = {
        title = "Ticks", region = local.region, view = "timeSeries", period = 300
        metrics = [
          ["Lamplighter", "Duration", { stat = "Average", label = "average duration" }],
          ["Lamplighter", "Duration", { stat = "Maximum", label = "longest" }],
          ["Lamplighter", "Calls", { stat = "Sum", yAxis = "right", label = "calls" }],
          ["AWS/Lambda", "Invocations", "FunctionName", aws_lambda_function.scheduler.function_name, { stat = "Sum", yAxis = "right", label = "ticks" }],
        ]
      }
    },
    {
      type = "log", x = 0, y = 12, width = 8, height = 7
      properties = {
        title = "By schedule: last switched on or off, and how many instances", region = local.region, view = "table"
        query = "SOURCE '${aws_cloudwatch_log_group.scheduler.name}' | filter event = 'run_done' and end = 'done' | stats latest(action) as switched, latest(instances) as count, latest(at) as since by schedule | sort schedule asc"
      }
    },
    {
      type = "log", x = 8, y = 12, width = 8, height = 7
      properties = {
        title = "By schedule: starts, stops and failures", region = local.region, view = "table"
        query = "SOURCE '${aws_cloudwatch_log_group.scheduler.name}' | filter event in ['start', 'stop', 'failed'] | stats count(*) as times by schedule, event | sort schedule asc, event asc"
      }
    },
    {
      type = "log", x = 16, y = 12, width = 8, height = 7
      properties = {
        title = "The last failures and faulty items", region = local.region, view = "table"
        query = "SOURCE '${aws_cloudwatch_log_group.scheduler.name}' | filter event in ['failed', 'problem', 'untold'] | fields @timestamp, event, schedule, instance, coalesce(reason, message) as why | sort @timestamp desc | limit 20"
      }
    },
  ]
}

resource "aws_cloudwatch_dashboard" "this" {
  count = local.watches ? 1 : 0

  dashboard_name = var.name
  dashboard_body = jsonencode({ widgets = local.widgets })
}
