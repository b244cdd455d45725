output "role_arn" {
  description = "What `Accounts` of schedules, `accounts` and `assumable_role_arns` want to know"
  value       = aws_iam_role.spoke.arn
}
