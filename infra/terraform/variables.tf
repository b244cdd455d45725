# As the parameters of ../template.yaml, with their defaults; those that CloudFormation has otherwise come first.
# `tests/infra/check` holds the two against each other.

variable "name" {
  description = "What the names of everything begin with; of two in an account and region, each needs its own."
  type        = string
  default     = "lamplighter"
  nullable    = false

  validation {
    condition     = can(regex("^[a-zA-Z][a-zA-Z0-9-]{0,26}$", var.name))
    error_message = "name begins with a letter and has at most 27 letters, digits and hyphens."
  }
}

variable "package" {
  description = "Path of the zip that `cargo zip` builds; null is where it puts it, in the checkout that this module is in."
  type        = string
  default     = null
}

variable "channel_webhook_url_arns" {
  description = "WEBHOOK_URL_<CHANNEL>. Where messages of channels go, by the channel in capitals: ARNs as in `webhook_url_arn`."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for channel, arn in var.channel_webhook_url_arns : can(regex("^[A-Z0-9_]+$", channel))])
    error_message = "Channels in channel_webhook_url_arns have capitals, digits and _ only."
  }
}

# -- Functions

variable "architecture" {
  description = "What the zip was built for."
  type        = string
  default     = "arm64"
  nullable    = false

  validation {
    condition     = contains(["arm64", "x86_64"], var.architecture)
    error_message = "architecture is one of arm64, x86_64."
  }
}

variable "tick_schedule" {
  description = "When the scheduler looks, an expression of EventBridge. Rarer than every ten minutes, the alarm on missing ticks is wrong."
  type        = string
  default     = "cron(0/5 * * * ? *)"
  nullable    = false

  validation {
    condition     = can(regex("^(cron|rate)\\(.+\\)$", var.tick_schedule))
    error_message = "tick_schedule is an expression of EventBridge: rate(…) or cron(…)."
  }
}

variable "settle_seconds" {
  description = "SETTLE_SECONDS. How long one tick goes on looking while something is on its way."
  type        = number
  default     = 60
  nullable    = false

  validation {
    condition     = var.settle_seconds >= 0 && var.settle_seconds <= 270
    error_message = "settle_seconds is from 0 to 270."
  }
}

variable "log_level" {
  description = "RUST_LOG. A level (trace, debug, info, warn, error, off) or directives."
  type        = string
  default     = "info"
  nullable    = false
}

variable "log_retention_days" {
  description = "How long the logs are kept."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "log_retention_days is one of 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653."
  }
}

variable "tracing" {
  description = "Whether X-Ray traces each invocation."
  type        = string
  default     = "off"
  nullable    = false

  validation {
    condition     = contains(["on", "off"], var.tracing)
    error_message = "tracing is one of on, off."
  }
}

variable "dispatch" {
  description = "Whether a tick hands batches of schedules to further invocations through a queue, for fleets that are too large for one."
  type        = string
  default     = "off"
  nullable    = false

  validation {
    condition     = contains(["on", "off"], var.dispatch)
    error_message = "dispatch is one of on, off."
  }
}

variable "permissions_boundary" {
  description = "ARN of the policy that bounds the roles, if your account wants one."
  type        = string
  default     = ""
  nullable    = false
}

# -- Tables

variable "tables" {
  description = "Which tables are made. `all`; `runs`: only the table of runs, the other three are there (of an earlier scheduler); `none`: all four are there."
  type        = string
  default     = "all"
  nullable    = false

  validation {
    condition     = contains(["all", "runs", "none"], var.tables)
    error_message = "tables is one of all, runs, none."
  }
}

variable "schedule_table_name" {
  description = "SCHEDULE_TABLE. Name of the table of schedules."
  type        = string
  default     = "Schedule"
  nullable    = false

  validation {
    condition     = can(regex("^[a-zA-Z0-9_.-]{3,255}$", var.schedule_table_name))
    error_message = "schedule_table_name has 3 to 255 letters, digits and _.- only."
  }
}

variable "server_group_table_name" {
  description = "SERVER_GROUP_TABLE. Name of the table of server groups."
  type        = string
  default     = "ScheduleServerGroup"
  nullable    = false

  validation {
    condition     = can(regex("^[a-zA-Z0-9_.-]{3,255}$", var.server_group_table_name))
    error_message = "server_group_table_name has 3 to 255 letters, digits and _.- only."
  }
}

variable "exception_table_name" {
  description = "EXCEPTION_TABLE. Name of the table of exceptions."
  type        = string
  default     = "ScheduleException"
  nullable    = false

  validation {
    condition     = can(regex("^[a-zA-Z0-9_.-]{3,255}$", var.exception_table_name))
    error_message = "exception_table_name has 3 to 255 letters, digits and _.- only."
  }
}

variable "run_table_name" {
  description = "RUN_TABLE. Name of the table of runs."
  type        = string
  default     = "ScheduleRun"
  nullable    = false

  validation {
    condition     = can(regex("^[a-zA-Z0-9_.-]{3,255}$", var.run_table_name))
    error_message = "run_table_name has 3 to 255 letters, digits and _.- only."
  }
}

variable "schedule_stream_arn" {
  description = "ARN of the stream of an existing table of schedules, so that an edit acts at once. Empty is fine."
  type        = string
  default     = ""
  nullable    = false
}

variable "exception_stream_arn" {
  description = "ARN of the stream of an existing table of exceptions."
  type        = string
  default     = ""
  nullable    = false
}

variable "deletion_protection" {
  description = "Whether the tables that are made refuse to be deleted. Turn it on when everything works."
  type        = string
  default     = "false"
  nullable    = false

  validation {
    condition     = contains(["true", "false"], var.deletion_protection)
    error_message = "deletion_protection is one of true, false."
  }
}

# -- Schedules and instances

variable "default_timezone" {
  description = "DEFAULT_TIMEZONE. Zone of schedules that name none."
  type        = string
  default     = "Asia/Seoul"
  nullable    = false
}

variable "schedule_tag_key" {
  description = "SCHEDULE_TAG_KEY. Tag that says which schedule an instance belongs to; nothing without it can be started or stopped."
  type        = string
  default     = "ScheduleName"
  nullable    = false

  validation {
    condition     = can(regex("^[a-zA-Z0-9_.:/=+@-]{1,128}$", var.schedule_tag_key))
    error_message = "schedule_tag_key has 1 to 128 letters, digits and _.:/=+@- only: what IAM takes in a condition key."
  }
}

variable "group_tag_key" {
  description = "GROUP_TAG_KEY. Tag that says which server group an instance belongs to."
  type        = string
  default     = "ScheduleGroupName"
  nullable    = false
}

variable "regions" {
  description = "REGIONS. Regions to look in, separated by commas; empty is this one."
  type        = string
  default     = ""
  nullable    = false
}

variable "accounts" {
  description = "ACCOUNTS. Roles to assume (those of modules/spoke) and `own`, separated by commas; empty is this account."
  type        = string
  default     = ""
  nullable    = false
}

variable "assumable_role_arns" {
  description = "The roles that the scheduler may assume; wildcards as in IAM, such as arn:aws:iam::*:role/LamplighterSpoke. Those of ACCOUNTS and those that schedules name."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "external_id" {
  description = "EXTERNAL_ID. What the roles of other accounts want to hear; the one given to modules/spoke."
  type        = string
  default     = ""
  nullable    = false
}

variable "tag_last_action" {
  description = "TAG_LAST_ACTION. Whether instances are tagged with what was last done to them."
  type        = string
  default     = "true"
  nullable    = false

  validation {
    condition     = contains(["true", "false"], var.tag_last_action)
    error_message = "tag_last_action is one of true, false."
  }
}

variable "volume_key_arns" {
  description = "Customer keys of KMS with which volumes of instances are encrypted. EC2 needs a grant to start such."
  type        = list(string)
  default     = []
  nullable    = false
}

# -- Chat

variable "stop_alert_before_time_minute" {
  description = "STOP_ALERT_BEFORE_TIME_MINUTE. How many minutes before a stop chat is warned."
  type        = number
  default     = 10
  nullable    = false

  validation {
    condition     = var.stop_alert_before_time_minute >= 0 && var.stop_alert_before_time_minute <= 1440
    error_message = "stop_alert_before_time_minute is from 0 to 1440."
  }
}

variable "message_language" {
  description = "MESSAGE_LANGUAGE. Language of messages."
  type        = string
  default     = "en"
  nullable    = false

  validation {
    condition     = contains(["en", "ko"], var.message_language)
    error_message = "message_language is one of en, ko."
  }
}

variable "webhook_url_arn" {
  description = "WEBHOOK_URL. Where messages go: ARN of the secret (Secrets Manager, also with :KEY behind it) or parameter (Parameter Store) that holds the addresses. Empty: nowhere."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = can(regex("^$|^arn:[a-z-]+:(secretsmanager:[a-z0-9-]+:\\d{12}:secret:[^\\s,]+|ssm:[a-z0-9-]+:\\d{12}:parameter/[^\\s,:]+)$", var.webhook_url_arn))
    error_message = "webhook_url_arn is empty, or the ARN of a secret of Secrets Manager (also with :KEY behind it) or of a parameter of Parameter Store."
  }
}

variable "webhook_platform" {
  description = "WEBHOOK_PLATFORM. Platform of an address that does not tell it itself."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = contains(["", "jandi", "slack", "discord", "teams", "google-chat", "mattermost", "json"], var.webhook_platform)
    error_message = "webhook_platform is one of empty, jandi, slack, discord, teams, google-chat, mattermost, json."
  }
}

variable "answer_from_chat" {
  description = "Whether there is a function that people can answer, behind an HTTP API."
  type        = string
  default     = "yes"
  nullable    = false

  validation {
    condition     = contains(["yes", "no"], var.answer_from_chat)
    error_message = "answer_from_chat is one of yes, no."
  }
}

variable "command_keyword" {
  description = "COMMAND_KEYWORD. The word that commands begin with, such as lamp."
  type        = string
  default     = ""
  nullable    = false
}

variable "outgoing_webhook_token_arn" {
  description = "OUTGOING_WEBHOOK_TOKEN. ARN of where the tokens of JANDI's outgoing webhooks are."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = can(regex("^$|^arn:[a-z-]+:(secretsmanager:[a-z0-9-]+:\\d{12}:secret:[^\\s,]+|ssm:[a-z0-9-]+:\\d{12}:parameter/[^\\s,:]+)$", var.outgoing_webhook_token_arn))
    error_message = "outgoing_webhook_token_arn is empty, or the ARN of a secret of Secrets Manager (also with :KEY behind it) or of a parameter of Parameter Store."
  }
}

variable "slack_signing_secret_arn" {
  description = "SLACK_SIGNING_SECRET. ARN of where the signing secret of the Slack app is."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = can(regex("^$|^arn:[a-z-]+:(secretsmanager:[a-z0-9-]+:\\d{12}:secret:[^\\s,]+|ssm:[a-z0-9-]+:\\d{12}:parameter/[^\\s,:]+)$", var.slack_signing_secret_arn))
    error_message = "slack_signing_secret_arn is empty, or the ARN of a secret of Secrets Manager (also with :KEY behind it) or of a parameter of Parameter Store."
  }
}

variable "mattermost_token_arn" {
  description = "MATTERMOST_TOKEN. ARN of where the tokens of Mattermost's slash commands are."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = can(regex("^$|^arn:[a-z-]+:(secretsmanager:[a-z0-9-]+:\\d{12}:secret:[^\\s,]+|ssm:[a-z0-9-]+:\\d{12}:parameter/[^\\s,:]+)$", var.mattermost_token_arn))
    error_message = "mattermost_token_arn is empty, or the ARN of a secret of Secrets Manager (also with :KEY behind it) or of a parameter of Parameter Store."
  }
}

variable "discord_public_key" {
  description = "DISCORD_PUBLIC_KEY. Public key of the Discord application."
  type        = string
  default     = ""
  nullable    = false
}

variable "discord_servers" {
  description = "DISCORD_SERVERS. Ids of the Discord servers that may order, separated by commas."
  type        = string
  default     = ""
  nullable    = false
}

variable "further_secret_arns" {
  description = "ARNs of secrets and parameters that the scheduler reads besides that of WEBHOOK_URL (webhooks of channels)."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "secret_key_arns" {
  description = "Customer keys of KMS with which these secrets are encrypted."
  type        = list(string)
  default     = []
  nullable    = false
}

# -- Watching

variable "dashboard" {
  description = "Whether there is a dashboard of CloudWatch; an account's fourth one costs 3 USD a month."
  type        = string
  default     = "yes"
  nullable    = false

  validation {
    condition     = contains(["yes", "no"], var.dashboard)
    error_message = "dashboard is one of yes, no."
  }
}

variable "alarm_email" {
  description = "Who is mailed when an alarm goes off. Empty is nobody."
  type        = string
  default     = ""
  nullable    = false
}

variable "alarm_topic_arn" {
  description = "An SNS topic of yours for alarms, instead of one that is made."
  type        = string
  default     = ""
  nullable    = false
}
