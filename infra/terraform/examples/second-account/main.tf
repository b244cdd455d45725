# Instances of another account: the scheduler here takes on a role there.

terraform {
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100"
    }
  }
}

variable "external_id" {
  description = "What the scheduler says to the role of the other account; a word of your choice."
  type        = string
}

provider "aws" {
  region = "ap-northeast-2"
}

provider "aws" {
  alias   = "development"
  region  = "ap-northeast-2"
  profile = "development"
}

module "lamplighter" {
  source = "../../"

  # Where schedules look that do not say it themselves: here and there.
  accounts            = "own,${local.spoke}"
  assumable_role_arns = [local.spoke]
  external_id         = var.external_id
}

module "spoke" {
  source = "../../modules/spoke"

  providers = { aws = aws.development }

  role_name    = "LamplighterSpoke"
  hub_role_arn = module.lamplighter.scheduler_role_arn
  external_id  = var.external_id
}

data "aws_caller_identity" "development" {
  provider = aws.development
}

locals {
  # Said by its name, since each of the two modules wants to know the other's role.
  spoke = "arn:aws:iam::${data.aws_caller_identity.development.account_id}:role/LamplighterSpoke"
}
