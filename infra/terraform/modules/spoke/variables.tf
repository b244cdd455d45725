variable "hub_role_arn" {
  description = "The scheduler's role, the output `scheduler_role_arn`."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^arn:[a-z-]+:iam::\\d{12}:role/.+$", var.hub_role_arn))
    error_message = "hub_role_arn is the ARN of a role of IAM."
  }
}

variable "external_id" {
  description = "What the scheduler has to say; the EXTERNAL_ID of its settings."
  type        = string
  nullable    = false

  validation {
    # Terraform's expressions count to 1000 only.
    condition     = can(regex("^[a-zA-Z0-9_+=,.@:/-]+$", var.external_id)) && length(var.external_id) >= 2 && length(var.external_id) <= 1224
    error_message = "external_id has 2 to 1224 letters, digits and _+=,.@:/- only."
  }
}

variable "role_name" {
  description = "The same in all accounts, so that one line of IAM names them all."
  type        = string
  default     = "LamplighterSpoke"
  nullable    = false

  validation {
    condition     = can(regex("^[a-zA-Z0-9_+=,.@-]{1,64}$", var.role_name))
    error_message = "role_name has 1 to 64 letters, digits and _+=,.@- only."
  }
}

variable "schedule_tag_key" {
  description = "The SCHEDULE_TAG_KEY of the scheduler; nothing without this tag can be started or stopped."
  type        = string
  default     = "ScheduleName"
  nullable    = false

  validation {
    condition     = can(regex("^[a-zA-Z0-9_.:/=+@-]{1,128}$", var.schedule_tag_key))
    error_message = "schedule_tag_key has 1 to 128 letters, digits and _.:/=+@- only: what IAM takes in a condition key."
  }
}

variable "tag_last_action" {
  description = "Whether instances are tagged with what was last done to them; as given to the scheduler."
  type        = string
  default     = "true"
  nullable    = false

  validation {
    condition     = contains(["true", "false"], var.tag_last_action)
    error_message = "tag_last_action is one of true, false."
  }
}

variable "volume_key_arns" {
  description = "Customer keys of KMS with which volumes of instances are encrypted."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "permissions_boundary" {
  description = "ARN of the policy that bounds the role, if your account wants one."
  type        = string
  default     = ""
  nullable    = false
}
