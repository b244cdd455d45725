# The address behind which people answer. Each request proves itself to the function: by signature, token or signed link.

locals {
  chat_url = local.answers ? "https://${aws_apigatewayv2_api.chat[0].id}.execute-api.${local.region}.${data.aws_partition.current.dns_suffix}" : ""
}

resource "aws_apigatewayv2_api" "chat" {
  count = local.answers ? 1 : 0

  name          = "${var.name}-chat"
  description   = "Commands, buttons and links of Lamplighter's messages"
  protocol_type = "HTTP"
}

resource "aws_apigatewayv2_integration" "chat" {
  count = local.answers ? 1 : 0

  api_id                 = aws_apigatewayv2_api.chat[0].id
  integration_type       = "AWS_PROXY"
  integration_uri        = aws_lambda_function.chat[0].arn
  payload_format_version = "2.0"
  timeout_milliseconds   = 10000
}

resource "aws_apigatewayv2_route" "chat" {
  #checkov:skip=CKV_AWS_309:Chat platforms and links cannot sign as IAM or a token wants; the function checks each request
  count = local.answers ? 1 : 0

  api_id    = aws_apigatewayv2_api.chat[0].id
  route_key = "$default"
  target    = "integrations/${aws_apigatewayv2_integration.chat[0].id}"
}

resource "aws_apigatewayv2_stage" "chat" {
  count = local.answers ? 1 : 0

  api_id      = aws_apigatewayv2_api.chat[0].id
  name        = "$default"
  auto_deploy = true

  # A team clicks a few times an evening; more is refused with 429 and costs nothing.
  default_route_settings {
    throttling_rate_limit  = 20
    throttling_burst_limit = 40
  }

  access_log_settings {
    destination_arn = aws_cloudwatch_log_group.access[0].arn
    # Not the path: that of a link is a secret.
    format = "{\"at\":\"$context.requestTime\",\"id\":\"$context.requestId\",\"ip\":\"$context.identity.sourceIp\",\"method\":\"$context.httpMethod\",\"status\":\"$context.status\",\"milliseconds\":\"$context.responseLatency\",\"error\":\"$context.error.message\"}"
  }
}

resource "aws_lambda_permission" "chat" {
  count = local.answers ? 1 : 0

  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.chat[0].function_name
  principal     = "apigateway.amazonaws.com"
  source_arn    = "arn:${local.partition}:execute-api:${local.region}:${local.account}:${aws_apigatewayv2_api.chat[0].id}/*/$default"
}

resource "aws_cloudwatch_log_group" "access" {
  #checkov:skip=CKV_AWS_158:Holds addresses of callers and no path; encrypted with CloudWatch's own key
  #checkov:skip=CKV_AWS_338:How long logs are kept is for each account to say
  count = local.answers ? 1 : 0

  # Under this name the policy of log deliveries needs no line for each group.
  name              = "/aws/vendedlogs/apis/${var.name}-chat"
  retention_in_days = var.log_retention_days
}

# -- What links are signed with; nobody needs to know it, and neither plan nor state does

ephemeral "aws_secretsmanager_random_password" "link" {
  count = local.answers ? 1 : 0

  password_length     = 64
  exclude_punctuation = true
}

resource "aws_secretsmanager_secret" "link" {
  #checkov:skip=CKV_AWS_149:Encrypted with the service's own key, which costs nothing; only the two roles may read it
  #checkov:skip=CKV2_AWS_57:A new key would make the links of messages that are out worthless
  count = local.answers ? 1 : 0

  name_prefix             = "${var.name}-link-"
  description             = "What Lamplighter signs the links of its messages with"
  recovery_window_in_days = 0
}

resource "aws_secretsmanager_secret_version" "link" {
  count = local.answers ? 1 : 0

  secret_id        = aws_secretsmanager_secret.link[0].id
  secret_string_wo = ephemeral.aws_secretsmanager_random_password.link[0].random_password
  # The password is another one each time; only another number here has it written.
  secret_string_wo_version = 1
}
