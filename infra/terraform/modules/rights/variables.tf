variable "schedule_tag_key" {
  description = "Nothing without this tag can be started or stopped."
  type        = string
  nullable    = false
}

variable "tag_last_action" {
  description = "Whether instances are tagged with what was last done to them: `true` or `false`."
  type        = string
  nullable    = false
}

variable "volume_key_arns" {
  description = "Customer keys of KMS with which volumes of instances are encrypted."
  type        = list(string)
  nullable    = false
}
