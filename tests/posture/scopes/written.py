"""Code that is judged in these tests, and the configuration that names it."""

CONFIG = """\
version: 1
edge: {hosts: {app.localhost: {}}}
services: {site: {addresses: ["127.0.0.1:8000"], owner: ada, exposure: internet}}
routes: [{name: hello, hosts: [app.localhost], path: /**, service: site}]
posture:
  code:
    shop: {folder: infra/prod, variables: {versions: Suspended}}
"""
BUCKET = """\
variable "versions" {}
variable "nobody_sets_it" {}
resource "aws_s3_bucket" "it" {
  bucket = "exports"
  tags   = { owner = "ada" }
}
resource "aws_s3_bucket_versioning" "it" {
  bucket = aws_s3_bucket.it.id
  versioning_configuration { status = var.versions }
}
resource "aws_sqs_queue" "it" {
  name   = "orders"
  policy = var.nobody_sets_it
}
"""
