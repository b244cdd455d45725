# What Terraform and the provider make of the module; plans only. `tests/infra/check provider` runs it against an AWS on loopback, since a
# `mock_provider` cannot play the ephemeral resource that makes the key of the links. What the module makes besides is held against
# ../../template.yaml by `tests/infra/check`.

variables {
  # Any file does, where nothing is uploaded.
  package = "versions.tf"
}

run "as_it_is" {
  command = plan

  assert {
    condition     = toset(keys(aws_dynamodb_table.this)) == toset(["schedule", "server_group", "exception", "run"])
    error_message = "the four tables are not made"
  }
  assert {
    condition     = aws_lambda_function.scheduler.architectures[0] == "arm64" && aws_lambda_function.scheduler.memory_size == 128
    error_message = "the function is another one"
  }
  assert {
    condition     = aws_lambda_function.scheduler.source_code_hash == filebase64sha256("versions.tf")
    error_message = "another zip would not be uploaded"
  }
  assert {
    condition     = aws_secretsmanager_secret_version.link[0].secret_string == null
    error_message = "the state would keep the key of the links"
  }
  assert {
    condition     = length(aws_cloudwatch_metric_alarm.this) == 5 && length(aws_lambda_event_source_mapping.edited) == 2
    error_message = "alarms or streams are missing"
  }
}

run "little" {
  command = plan

  variables {
    tables           = "none"
    answer_from_chat = "no"
    dashboard        = "no"
    tag_last_action  = "false"
    alarm_topic_arn  = "arn:aws:sns:eu-west-1:123456789012:alarms"
  }

  assert {
    condition     = length(aws_dynamodb_table.this) + length(aws_lambda_event_source_mapping.edited) + length(aws_lambda_function.chat) == 0
    error_message = "more is made than was asked for"
  }
  assert {
    condition     = toset(keys(aws_iam_role_policy.scheduler)) == toset(["tables", "function", "instances", "act"])
    error_message = "the scheduler has other policies"
  }
  assert {
    condition     = length(aws_cloudwatch_metric_alarm.this) == 4 && output.chat_url == null && output.dashboard_url == null
    error_message = "alarms or outputs of what is not made"
  }
}

run "everything" {
  command = plan

  variables {
    dispatch                 = "on"
    tracing                  = "on"
    deletion_protection      = true
    alarm_email              = "team@example.org"
    webhook_url_arn          = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:lamplighter-AbCdEf:webhook"
    channel_webhook_url_arns = { DEV = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:lamplighter-AbCdEf:dev" }
  }

  assert {
    condition     = aws_lambda_function.scheduler.tracing_config[0].mode == "Active" && aws_dynamodb_table.this["run"].deletion_protection_enabled
    error_message = "tracing or deletion protection is off"
  }
  assert {
    condition     = length(aws_lambda_event_source_mapping.dispatched) == 1 && length(aws_sns_topic_subscription.mail) == 1
    error_message = "the dispatch queue calls nobody, or nobody is mailed"
  }
}

run "refuses_what_it_does_not_know" {
  command = plan

  variables {
    architecture             = "mips"
    settle_seconds           = 271
    schedule_tag_key         = "no spaces"
    webhook_url_arn          = "https://example.org/hook"
    channel_webhook_url_arns = { dev = "arn:aws:ssm:eu-west-1:123456789012:parameter/dev" }
  }

  expect_failures = [
    var.architecture, var.settle_seconds, var.schedule_tag_key, var.webhook_url_arn, var.channel_webhook_url_arns,
  ]
}
