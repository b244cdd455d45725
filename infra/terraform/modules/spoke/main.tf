# Lamplighter in another account: the role with which the scheduler starts and stops the tagged instances here. Once an account, in any
# one region. The role's ARN then goes into `Accounts` of schedules or the variable `accounts`, and into `assumable_role_arns`.

data "aws_partition" "current" {}

module "rights" {
  source = "../rights"

  schedule_tag_key = var.schedule_tag_key
  tag_last_action  = var.tag_last_action
  volume_key_arns  = var.volume_key_arns
}

resource "aws_iam_role" "spoke" {
  name                 = var.role_name
  description          = "What Lamplighter's scheduler may do in this account"
  max_session_duration = 3600
  permissions_boundary = var.permissions_boundary == "" ? null : var.permissions_boundary

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      # The hub's account by its number and its role by a condition: a role as principal would have to exist by now, and would no
      # longer be it after it was made anew.
      {
        Effect    = "Allow"
        Action    = "sts:AssumeRole"
        Principal = { AWS = "arn:${data.aws_partition.current.partition}:iam::${split(":", var.hub_role_arn)[4]}:root" }
        Condition = {
          StringEquals = { "sts:ExternalId" = var.external_id }
          ArnEquals    = { "aws:PrincipalArn" = var.hub_role_arn }
        }
      },
    ]
  })
}

resource "aws_iam_role_policy" "spoke" {
  for_each = module.rights.policies

  name   = each.key
  role   = aws_iam_role.spoke.name
  policy = each.value
}
