output "scheduler_function" {
  description = "The scheduler"
  value       = aws_lambda_function.scheduler.function_name
}

output "scheduler_role_arn" {
  description = "What modules/spoke wants to know"
  value       = aws_iam_role.scheduler.arn
}

output "scheduler_log_group" {
  description = "What it does and why, a line of JSON each"
  value       = aws_cloudwatch_log_group.scheduler.name
}

output "chat_url" {
  description = "CHAT_URL, for the settings of chat platforms; null without chat"
  value       = local.answers ? local.chat_url : null
}

output "dead_letters_url" {
  description = "Events that failed for good"
  value       = aws_sqs_queue.dead_letters.url
}

output "dashboard_url" {
  description = "Instances, hours saved, actions, failures; null without a dashboard"
  value       = local.watches ? "https://${local.region}.console.aws.amazon.com/cloudwatch/home?region=${local.region}#dashboards/dashboard/${var.name}" : null
}
