# Three tables of an earlier scheduler serve on; only the table of runs is made. Switch the other scheduler off first: two of them undo
# each other's work.

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
}

# Their streams, view type KEYS_ONLY, are turned on where they are made; without them an edit acts with the next tick.
data "aws_dynamodb_table" "schedule" {
  name = "Schedule"
}

data "aws_dynamodb_table" "exception" {
  name = "ScheduleException"
}

module "lamplighter" {
  source = "../../"

  tables               = "runs"
  schedule_table_name  = data.aws_dynamodb_table.schedule.name
  exception_table_name = data.aws_dynamodb_table.exception.name
  schedule_stream_arn  = data.aws_dynamodb_table.schedule.stream_arn
  exception_stream_arn = data.aws_dynamodb_table.exception.stream_arn

  answer_from_chat = "no"
}
