# The tables. They stay when the module goes: a plan that would take one away is refused.

locals {
  tables = {
    schedule     = { name = var.schedule_table_name, hash = "ScheduleName", range = null, expires = false, streams = true }
    server_group = { name = var.server_group_table_name, hash = "ScheduleName", range = "GroupName", expires = false, streams = false }
    exception    = { name = var.exception_table_name, hash = "ExceptionUuid", range = null, expires = true, streams = true }
    run          = { name = var.run_table_name, hash = "ScheduleName", range = "RunId", expires = true, streams = false }
  }
  made_tables = { for key, table in local.tables : key => table if var.tables == "all" || var.tables == "runs" && key == "run" }
}

resource "aws_dynamodb_table" "this" {
  #checkov:skip=CKV_AWS_119:Encrypted with DynamoDB's own key, which costs nothing; holds no secret
  for_each = local.made_tables

  name         = each.value.name
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = each.value.hash
  range_key    = each.value.range

  dynamic "attribute" {
    for_each = [for key in [each.value.hash, each.value.range] : key if key != null]
    content {
      name = attribute.value
      type = "S"
    }
  }

  dynamic "ttl" {
    for_each = each.value.expires ? ["ExpiresAt"] : []
    content {
      attribute_name = ttl.value
      enabled        = true
    }
  }

  stream_enabled   = each.value.streams
  stream_view_type = each.value.streams ? "KEYS_ONLY" : null

  point_in_time_recovery {
    enabled = true
  }

  deletion_protection_enabled = var.deletion_protection == "true"

  lifecycle {
    prevent_destroy = true
  }
}
