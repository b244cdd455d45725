output "policies" {
  description = "The policies in JSON, by name"
  value = {
    for name, statements in local.policies : name => jsonencode({
      Version   = "2012-10-17"
      Statement = [for statement in statements : statement if statement != null]
    })
  }
}
