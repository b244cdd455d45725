# A scheduler with chat, alarms by mail, a channel of its own for one team, tracing, and tables that refuse to be deleted.
# `cargo zip --arm64` in the checkout first; the module finds the zip.

terraform {
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100"
    }
  }
}

provider "aws" {
  region = "ap-northeast-2"

  default_tags {
    tags = { Application = "lamplighter" }
  }
}

data "aws_caller_identity" "current" {}

locals {
  # Put there by hand, so that no state has them: `aws ssm put-parameter --name /lamplighter/slack --type SecureString --value …`.
  parameters = "arn:aws:ssm:ap-northeast-2:${data.aws_caller_identity.current.account_id}:parameter/lamplighter"
}

module "lamplighter" {
  source = "../../"

  default_timezone    = "Asia/Seoul"
  message_language    = "ko"
  tracing             = "on"
  deletion_protection = "true"
  alarm_email         = "team@example.org"

  webhook_url_arn          = "${local.parameters}/webhook"
  channel_webhook_url_arns = { DATA = "${local.parameters}/webhook-data" }
  slack_signing_secret_arn = "${local.parameters}/slack"
  command_keyword          = "lamp"
}

output "chat_url" {
  description = "What the settings of chat platforms want to know"
  value       = module.lamplighter.chat_url
}
