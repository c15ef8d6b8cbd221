"""Pieces of Terraform, each with what is known of it. ``@`` is a name, another one each time."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Pattern:
    """A piece, with ``(address, check, whether it is a fault)`` for what is known of it.

    ``file`` is where the resource is written, if that is in a module and not beside the call.
    """

    text: str
    labels: tuple[tuple[str, str, bool], ...]
    file: str = ""


SHARED: Final = {
    "store": """\
variable "name" {
  type = string
}

variable "versioned" {
  type    = bool
  default = true
}

variable "is_open" {
  type    = bool
  default = false
}

resource "aws_s3_bucket" "this" {
  bucket = var.name
}

resource "aws_s3_bucket_versioning" "this" {
  bucket = aws_s3_bucket.this.id

  versioning_configuration {
    status = var.versioned ? "Enabled" : "Suspended"
  }
}

resource "aws_s3_bucket_public_access_block" "this" {
  bucket                  = aws_s3_bucket.this.id
  block_public_acls       = !var.is_open
  block_public_policy     = !var.is_open
  ignore_public_acls      = !var.is_open
  restrict_public_buckets = !var.is_open
}

output "arn" {
  value = aws_s3_bucket.this.arn
}
""",
    "group": """\
variable "name" {
  type = string
}

variable "rules" {
  type = map(object({
    from    = number
    to      = number
    sources = list(string)
  }))
}

resource "aws_security_group" "this" {
  name        = var.name
  description = "What may reach ${var.name}"

  dynamic "ingress" {
    for_each = var.rules
    content {
      description = ingress.key
      from_port   = ingress.value.from
      to_port     = ingress.value.to
      protocol    = "tcp"
      cidr_blocks = ingress.value.sources
    }
  }
}

output "id" {
  value = aws_security_group.this.id
}
""",
}
_STORE: Final = "modules/store/main.tf"
_GROUP: Final = "modules/group/main.tf"

PATTERNS: Final = (
    Pattern(
        """\
# A bucket by the module, as it is meant.
module "@" {
  source = "../../modules/store"
  name   = "${local.name}-@"
}
""",
        (
            ("module.@.aws_s3_bucket.this", "aws-s3-bucket-versioning", False),
            ("module.@.aws_s3_bucket.this", "aws-s3-bucket-block-public-access", False),
        ),
        _STORE,
    ),
    Pattern(
        """\
# The same module, with what it protects by switched off.
module "@" {
  source    = "../../modules/store"
  name      = "${local.name}-@"
  versioned = false
  is_open   = var.environment == "production"
}
""",
        (
            ("module.@.aws_s3_bucket.this", "aws-s3-bucket-versioning", True),
            ("module.@.aws_s3_bucket.this", "aws-s3-bucket-block-public-access", True),
        ),
        _STORE,
    ),
    Pattern(
        """\
# Two halves are the world.
module "@" {
  source = "../../modules/group"
  name   = "${local.name}-@"

  rules = {
    office = {
      from    = 22
      to      = 22
      sources = ["0.0.0.0/1", "128.0.0.0/1"]
    }
  }
}
""",
        (("module.@.aws_security_group.this", "aws-ec2-security-group-ssh", True),),
        _GROUP,
    ),
    Pattern(
        """\
# The office alone.
module "@" {
  source = "../../modules/group"
  name   = "${local.name}-@"

  rules = {
    office = {
      from    = 22
      to      = 22
      sources = ["192.0.2.0/24"]
    }
    web = {
      from    = 443
      to      = 443
      sources = ["0.0.0.0/0"]
    }
  }
}
""",
        (("module.@.aws_security_group.this", "aws-ec2-security-group-ssh", False),),
        _GROUP,
    ),
    Pattern(
        """\
locals {
  ports_@ = [for port in [8080, 3306] : port if port > 1024]
}

resource "aws_security_group" "@" {
  name        = "${local.name}-@"
  description = "A database, for everybody"
}

resource "aws_security_group_rule" "@" {
  count = length(local.ports_@)

  type              = "ingress"
  security_group_id = aws_security_group.@.id
  from_port         = local.ports_@[count.index]
  to_port           = local.ports_@[count.index]
  protocol          = "tcp"
  cidr_blocks       = ["0.0.0.0/0"]
  description       = "All may come"
}
""",
        (("aws_security_group.@", "aws-ec2-security-group-databases", True),),
    ),
    Pattern(
        """\
resource "aws_db_instance" "@" {
  identifier                          = "${local.name}-@"
  engine                              = "postgres"
  engine_version                      = "16.4"
  instance_class                      = "db.m6g.large"
  allocated_storage                   = 100
  username                            = "shop"
  manage_master_user_password         = true
  storage_encrypted                   = true
  publicly_accessible                 = false
  multi_az                            = true
  backup_retention_period             = 14
  deletion_protection                 = true
  auto_minor_version_upgrade          = true
  iam_database_authentication_enabled = true
  skip_final_snapshot                 = false
  enabled_cloudwatch_logs_exports     = ["postgresql", "upgrade"]
}
""",
        (
            ("aws_db_instance.@", "aws-rds-instance-encrypted", False),
            ("aws_db_instance.@", "aws-rds-instance-public", False),
            ("aws_db_instance.@", "aws-rds-instance-backups", False),
            ("aws_db_instance.@", "aws-rds-instance-deletion-protection", False),
        ),
    ),
    Pattern(
        """\
locals {
  database_@ = merge({
    encrypted = true
    public    = false
  }, {
    encrypted = false
    public    = true
  })
}

resource "aws_db_instance" "@" {
  identifier              = "${local.name}-@"
  engine                  = "mysql"
  engine_version          = "8.0"
  instance_class          = "db.t4g.small"
  allocated_storage       = 20
  username                = "shop"
  password                = "pa55word-@"
  storage_encrypted       = local.database_@.encrypted
  publicly_accessible     = local.database_@.public
  backup_retention_period = 0
  deletion_protection     = false
  skip_final_snapshot     = true
}
""",
        (
            ("aws_db_instance.@", "aws-rds-instance-encrypted", True),
            ("aws_db_instance.@", "aws-rds-instance-public", True),
            ("aws_db_instance.@", "aws-rds-instance-backups", True),
            ("aws_db_instance.@", "aws-rds-instance-deletion-protection", True),
            ("aws_db_instance.@", "aws-rds-instance-password", True),
        ),
    ),
    Pattern(
        """\
data "aws_iam_policy_document" "@" {
  statement {
    sid       = "Everything"
    effect    = "Allow"
    actions   = ["*"]
    resources = ["*"]
  }
}

resource "aws_iam_policy" "@" {
  name   = "${local.name}-@"
  policy = data.aws_iam_policy_document.@.json
}

resource "aws_iam_role" "@" {
  name = "${local.name}-@"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "ec2.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy_attachment" "@" {
  role       = aws_iam_role.@.name
  policy_arn = aws_iam_policy.@.arn
}
""",
        (("aws_iam_policy.@", "aws-iam-policy-administrator", True),),
    ),
    Pattern(
        """\
data "aws_iam_policy_document" "@" {
  statement {
    sid       = "OneBucket"
    actions   = ["s3:GetObject", "s3:PutObject"]
    resources = ["arn:aws:s3:::${local.name}-@/*"]
  }

  statement {
    sid       = "Never"
    effect    = "Deny"
    actions   = ["*"]
    resources = ["*"]

    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}

resource "aws_iam_policy" "@" {
  name   = "${local.name}-@"
  policy = data.aws_iam_policy_document.@.json
}
""",
        (("aws_iam_policy.@", "aws-iam-policy-administrator", False),),
    ),
    Pattern(
        """\
resource "aws_instance" "@" {
  ami           = "ami-0123456789abcdef0"
  instance_type = "m6g.large"

  metadata_options {
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
  }

  root_block_device {
    encrypted   = true
    volume_size = 30
  }

  tags = merge(local.tags, { Name = "@" })
}

resource "aws_ebs_volume" "@" {
  availability_zone = "${var.region}a"
  size              = 40
  encrypted         = true
}
""",
        (
            ("aws_instance.@", "aws-ec2-instance-imdsv2", False),
            ("aws_ebs_volume.@", "aws-ec2-volume-encrypted", False),
        ),
    ),
    Pattern(
        """\
resource "aws_instance" "@" {
  ami                         = "ami-0123456789abcdef0"
  instance_type               = "t3.micro"
  associate_public_ip_address = true

  user_data = <<-EOT
    #!/bin/bash
    export AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMAAA
    export AWS_SECRET_ACCESS_KEY=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
    yum install -y httpd
  EOT

  tags = { Name = "@" }
}

resource "aws_ebs_volume" "@" {
  availability_zone = "${var.region}a"
  size              = 40
}
""",
        (
            ("aws_instance.@", "aws-ec2-instance-imdsv2", True),
            ("aws_instance.@", "aws-ec2-instance-user-data-secrets", True),
            ("aws_ebs_volume.@", "aws-ec2-volume-encrypted", True),
        ),
    ),
    Pattern(
        """\
resource "aws_kms_key" "@" {
  description         = "For @"
  enable_key_rotation = var.environment == "production" ? true : false
}

resource "aws_sns_topic" "@" {
  name              = "${local.name}-@"
  kms_master_key_id = aws_kms_key.@.arn
}

resource "aws_sqs_queue" "@" {
  name                    = "${local.name}-@"
  sqs_managed_sse_enabled = true
}

resource "aws_cloudwatch_log_group" "@" {
  name              = "/shop/@"
  retention_in_days = 400
  kms_key_id        = aws_kms_key.@.arn
}
""",
        (
            ("aws_kms_key.@", "aws-kms-key-rotation", False),
            ("aws_sns_topic.@", "aws-sns-topic-encrypted", False),
            ("aws_sqs_queue.@", "aws-sqs-queue-encrypted", False),
            ("aws_cloudwatch_log_group.@", "aws-logs-group-retention", False),
        ),
    ),
    Pattern(
        """\
resource "aws_kms_key" "@" {
  description = "For @"
}

resource "aws_sns_topic" "@" {
  name = "${local.name}-@"
}

resource "aws_sqs_queue" "@" {
  name                    = "${local.name}-@"
  sqs_managed_sse_enabled = false
}

resource "aws_sqs_queue_policy" "@" {
  queue_url = aws_sqs_queue.@.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sqs:SendMessage"
      Principal = "*"
      Resource  = aws_sqs_queue.@.arn
    }]
  })
}

resource "aws_cloudwatch_log_group" "@" {
  name = "/shop/@"
}
""",
        (
            ("aws_kms_key.@", "aws-kms-key-rotation", True),
            ("aws_sns_topic.@", "aws-sns-topic-encrypted", True),
            ("aws_sqs_queue.@", "aws-sqs-queue-encrypted", True),
            ("aws_sqs_queue.@", "aws-sqs-queue-public", True),
            ("aws_cloudwatch_log_group.@", "aws-logs-group-retention", True),
        ),
    ),
    Pattern(
        """\
resource "aws_s3_bucket" "@" {
  bucket = "${local.name}-@"
}

resource "aws_s3_bucket_public_access_block" "@" {
  bucket                  = aws_s3_bucket.@.id
  block_public_acls       = false
  ignore_public_acls      = false
  block_public_policy     = false
  restrict_public_buckets = false
}

data "aws_iam_policy_document" "@" {
  statement {
    actions   = ["s3:GetObject"]
    resources = ["${aws_s3_bucket.@.arn}/*"]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:PrincipalAccount"
      values   = ["111122223333"]
    }
  }
}

resource "aws_s3_bucket_policy" "@" {
  bucket = aws_s3_bucket.@.id
  policy = data.aws_iam_policy_document.@.json
}
""",
        (
            ("aws_s3_bucket.@", "aws-s3-bucket-public", False),
            ("aws_s3_bucket.@", "aws-s3-bucket-block-public-access", True),
        ),
    ),
    Pattern(
        """\
resource "aws_lambda_function" "@" {
  function_name = "${local.name}-@"
  role          = "arn:aws:iam::111122223333:role/lambda"
  handler       = "main.handler"
  runtime       = "python3.6"
  filename      = "main.zip"

  environment {
    variables = {
      DATABASE_PASSWORD = "s3cr3t-0f-th3-sh0p-@"
      STAGE             = var.environment
    }
  }
}

resource "aws_ecr_repository" "@" {
  name                 = "${local.name}-@"
  image_tag_mutability = "MUTABLE"
}

resource "aws_dynamodb_table" "@" {
  name         = "${local.name}-@"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }
}
""",
        (
            ("aws_lambda_function.@", "aws-lambda-runtime", True),
            ("aws_lambda_function.@", "aws-lambda-secrets", True),
            ("aws_ecr_repository.@", "aws-ecr-repository-immutable", True),
            ("aws_dynamodb_table.@", "aws-dynamodb-table-recovery", True),
        ),
    ),
)
