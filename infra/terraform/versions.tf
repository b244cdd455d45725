# The key of the links is made by an ephemeral resource and handed over in a write-only argument, which this Terraform and this provider
# have: no older ones will do.
terraform {
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100"
    }
  }
}
