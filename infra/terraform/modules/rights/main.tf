# What the scheduler may do with instances of an account: its own role and the roles of other accounts say the same. Makes nothing.

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}

locals {
  account   = data.aws_caller_identity.current.account_id
  partition = data.aws_partition.current.partition

  servers   = "arn:${local.partition}:ec2:*:${local.account}:instance/*"
  databases = "arn:${local.partition}:rds:*:${local.account}:db:*"
  clusters  = "arn:${local.partition}:rds:*:${local.account}:cluster:*"

  # Carries the tag of schedules, whatever its value.
  tagged = { "aws:ResourceTag/${var.schedule_tag_key}" = "false" }
  # And no other tag is written than that of what was last done.
  tags_last_action = {
    Null                        = merge(local.tagged, { "aws:TagKeys" = "false" })
    "ForAllValues:StringEquals" = { "aws:TagKeys" = "lamplighter:last-action" }
  }

  instances = [
    # Look: EC2 knows no narrower resource for these.
    {
      Sid      = "LookAtServers"
      Effect   = "Allow"
      Action   = ["ec2:DescribeInstances", "ec2:DescribeInstanceStatus"]
      Resource = "*"
    },
    # Look: databases and clusters of this account, in every region.
    {
      Sid      = "LookAtDatabases"
      Effect   = "Allow"
      Action   = "rds:DescribeDBInstances"
      Resource = local.databases
    },
    {
      Sid      = "LookAtClusters"
      Effect   = "Allow"
      Action   = "rds:DescribeDBClusters"
      Resource = local.clusters
    },
    # EC2 needs a grant to start an instance whose volumes are encrypted with a customer key, and nobody else gets one.
    length(var.volume_key_arns) == 0 ? null : {
      Sid       = "StartEncryptedServers"
      Effect    = "Allow"
      Action    = "kms:CreateGrant"
      Resource  = var.volume_key_arns
      Condition = { Bool = { "kms:GrantIsForAWSResource" = "true" } }
    },
  ]

  # Act: only on what carries the tag.
  act = [
    # A schedule starts and stops its instances of EC2.
    {
      Sid       = "StartAndStopServers"
      Effect    = "Allow"
      Action    = ["ec2:StartInstances", "ec2:StopInstances"]
      Resource  = local.servers
      Condition = { Null = local.tagged }
    },
    # Its databases of RDS.
    {
      Sid       = "StartAndStopDatabases"
      Effect    = "Allow"
      Action    = ["rds:StartDBInstance", "rds:StopDBInstance"]
      Resource  = local.databases
      Condition = { Null = local.tagged }
    },
    # And its clusters of Aurora, DocumentDB and Neptune.
    {
      Sid       = "StartAndStopClusters"
      Effect    = "Allow"
      Action    = ["rds:StartDBCluster", "rds:StopDBCluster"]
      Resource  = local.clusters
      Condition = { Null = local.tagged }
    },
  ]

  # Record: what was last done is written on the instance, for whoever looks at it in the console.
  tag = [
    # The call itself knows no narrower resource; the two services look at the rest.
    {
      Sid      = "CallTheTaggingApi"
      Effect   = "Allow"
      Action   = "tag:TagResources"
      Resource = "*"
    },
    # The tag of a server.
    {
      Sid       = "TagServers"
      Effect    = "Allow"
      Action    = "ec2:CreateTags"
      Resource  = local.servers
      Condition = local.tags_last_action
    },
    # The tag of a database or cluster.
    {
      Sid       = "TagDatabases"
      Effect    = "Allow"
      Action    = "rds:AddTagsToResource"
      Resource  = [local.databases, local.clusters]
      Condition = local.tags_last_action
    },
  ]

  policies = merge(
    { instances = local.instances, act = local.act },
    var.tag_last_action == "true" ? { tag = local.tag } : {},
  )
}
