# What is called good passes every check, what is called bad none: see test_delivering.py.
variable "unknown" {}

resource "aws_s3_bucket" "files" {}
resource "aws_lb" "front" { name = "front" }
resource "aws_cloudfront_origin_access_control" "it" { name = "it" }

resource "aws_ecs_cluster" "good" {
  name = "good"
  setting {
    name  = "containerInsights"
    value = "enabled"
  }
  configuration {
    execute_command_configuration {
      logging = "OVERRIDE"
      log_configuration {
        cloud_watch_log_group_name = "/shells"
      }
    }
  }
}
resource "aws_ecs_cluster" "bad" {
  name = "bad"
}
resource "aws_iam_role" "starts" { assume_role_policy = "{}" }
resource "aws_iam_role" "runs" { assume_role_policy = "{}" }
resource "aws_ecs_task_definition" "good" {
  family                = "good"
  network_mode          = "awsvpc"
  execution_role_arn    = aws_iam_role.starts.arn
  task_role_arn         = aws_iam_role.runs.arn
  container_definitions = <<-JSON
    [{"name": "web", "image": "shop:1", "user": "1000", "readonlyRootFilesystem": true,
      "environment": [{"name": "CLUSTER", "value": "good"}],
      "logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-group": "${aws_ecs_cluster.bad.arn}"}}}]
  JSON
  volume {
    name = "files"
    efs_volume_configuration {
      file_system_id     = "fs-1"
      transit_encryption = "ENABLED"
    }
  }
}
resource "aws_ecs_task_definition" "bad" {
  family             = "bad"
  network_mode       = "host"
  execution_role_arn = aws_iam_role.starts.arn
  task_role_arn      = aws_iam_role.starts.arn
  container_definitions = jsonencode([
    { name = "aside", image = "aside:1", environment = [{ name = "CLUSTER", value = aws_ecs_cluster.bad.arn }] },
    { name = "web", image = "shop:1", Privileged = "true", environment = [{ name = "DB_PASSWORD", value = "hunter2hunter2" }] },
  ])
  volume {
    name = "files"
    efs_volume_configuration {
      file_system_id = "fs-1"
    }
  }
}
resource "aws_ecs_service" "good" {
  name                   = "good"
  cluster                = aws_ecs_cluster.good.arn
  task_definition        = aws_ecs_task_definition.good.arn
  enable_execute_command = true
  launch_type            = "FARGATE"
  network_configuration {
    subnets = ["subnet-1"]
  }
}
resource "aws_ecs_service" "bad" {
  name                   = "bad"
  cluster                = aws_ecs_cluster.bad.id
  task_definition        = aws_ecs_task_definition.bad.arn
  enable_execute_command = "true"
  launch_type            = "FARGATE"
  platform_version       = "1.3.0"
  network_configuration {
    subnets          = ["subnet-1"]
    assign_public_ip = true
  }
}

resource "aws_acm_certificate" "good" {
  domain_name = "shop.example"
}
resource "aws_acm_certificate" "bad" {
  domain_name               = "shop.example"
  subject_alternative_names = ["*.shop.example"]
  key_algorithm             = "RSA_1024"
  options {
    certificate_transparency_logging_preference = "DISABLED"
  }
}
resource "aws_wafv2_web_acl" "good" {
  name  = "good"
  scope = "CLOUDFRONT"
  default_action {
    allow {}
  }
  rule {
    name     = "bound"
    priority = 1
    action {
      block {}
    }
    statement {
      rate_based_statement {
        limit = 1000
      }
    }
  }
}
resource "aws_wafv2_web_acl_logging_configuration" "good" {
  resource_arn            = aws_wafv2_web_acl.good.arn
  log_destination_configs = [aws_s3_bucket.files.arn]
}
resource "aws_wafv2_web_acl" "bad" {
  name  = "bad"
  scope = "REGIONAL"
  default_action {
    allow {}
  }
  rule {
    name     = "known"
    priority = 1
    override_action {
      count {}
    }
    statement {
      managed_rule_group_statement {
        name        = "AWSManagedRulesCommonRuleSet"
        vendor_name = "AWS"
      }
    }
  }
}

resource "aws_lambda_function_url" "program" {
  function_name      = "program"
  authorization_type = "AWS_IAM"
}
resource "aws_cloudfront_distribution" "good" {
  enabled             = true
  aliases             = ["shop.example"]
  default_root_object = "index.html"
  web_acl_id          = aws_wafv2_web_acl.good.arn
  origin {
    origin_id                = "files"
    domain_name              = aws_s3_bucket.files.bucket_regional_domain_name
    origin_access_control_id = aws_cloudfront_origin_access_control.it.id
  }
  origin {
    origin_id   = "front"
    domain_name = aws_lb.front.dns_name
    custom_origin_config {
      http_port              = 80
      https_port             = 443
      origin_protocol_policy = "https-only"
      origin_ssl_protocols   = ["TLSv1.2"]
    }
  }
  origin {
    origin_id                = "program"
    domain_name              = aws_lambda_function_url.program.function_url
    origin_access_control_id = aws_cloudfront_origin_access_control.it.id
    custom_origin_config {
      http_port              = 80
      https_port             = 443
      origin_protocol_policy = "https-only"
      origin_ssl_protocols   = ["TLSv1.2"]
    }
  }
  origin_group {
    origin_id = "both"
    failover_criteria {
      status_codes = [500]
    }
    member {
      origin_id = "files"
    }
    member {
      origin_id = "front"
    }
  }
  default_cache_behavior {
    target_origin_id       = "both"
    viewer_protocol_policy = "redirect-to-https"
  }
  logging_config {
    bucket = "logs.s3.amazonaws.com"
  }
  viewer_certificate {
    acm_certificate_arn      = aws_acm_certificate.good.arn
    minimum_protocol_version = "TLSv1.2_2021"
    ssl_support_method       = "sni-only"
  }
}
resource "aws_cloudfront_distribution" "bad" {
  enabled = true
  origin {
    origin_id   = "files"
    domain_name = aws_s3_bucket.files.bucket_regional_domain_name
  }
  origin {
    origin_id   = "else"
    domain_name = var.unknown
    custom_origin_config {
      http_port              = 80
      https_port             = 443
      origin_protocol_policy = "http-only"
      origin_ssl_protocols   = ["TLSv1.2"]
    }
  }
  origin {
    origin_id   = "program"
    domain_name = "abc.lambda-url.eu-west-1.on.aws"
    custom_origin_config {
      http_port              = 80
      https_port             = 443
      origin_protocol_policy = "https-only"
      origin_ssl_protocols   = ["TLSv1.2"]
    }
  }
  origin_group {
    origin_id = "both"
    failover_criteria {
      status_codes = [500]
    }
    member {
      origin_id = "files"
    }
    member {
      origin_id = "else"
    }
  }
  default_cache_behavior {
    target_origin_id       = "files"
    viewer_protocol_policy = "allow-all"
  }
  viewer_certificate {
    cloudfront_default_certificate = true
  }
}

resource "aws_api_gateway_rest_api" "good" {
  name = "good"
  body = jsonencode({
    openapi = "3.0.1"
    paths   = { "/orders" = { get = { security = [{ iam = [] }] }, options = {} } }
    components = { securitySchemes = { iam = {
      type = "apiKey", name = "Authorization", in = "header", x-amazon-apigateway-authtype = "awsSigv4"
    } } }
  })
}
resource "aws_api_gateway_stage" "good" {
  rest_api_id           = aws_api_gateway_rest_api.good.id
  stage_name            = "prod"
  deployment_id         = "1"
  cache_cluster_enabled = true
  xray_tracing_enabled  = "true"
  access_log_settings {
    destination_arn = aws_s3_bucket.files.arn
    format          = "$context.requestId"
  }
}
resource "aws_api_gateway_method_settings" "good" {
  rest_api_id = aws_api_gateway_rest_api.good.id
  stage_name  = aws_api_gateway_stage.good.stage_name
  method_path = "*/*"
  settings {
    caching_enabled      = true
    cache_data_encrypted = true
  }
}
resource "aws_wafv2_web_acl_association" "good" {
  resource_arn = aws_api_gateway_stage.good.arn
  web_acl_arn  = aws_wafv2_web_acl.good.arn
}
resource "aws_api_gateway_rest_api" "bad" {
  name = "bad"
}
resource "aws_api_gateway_resource" "bad" {
  rest_api_id = aws_api_gateway_rest_api.bad.id
  parent_id   = aws_api_gateway_rest_api.bad.root_resource_id
  path_part   = "orders"
}
resource "aws_api_gateway_method" "bad" {
  rest_api_id   = aws_api_gateway_rest_api.bad.id
  resource_id   = aws_api_gateway_resource.bad.id
  http_method   = "GET"
  authorization = "NONE"
}
resource "aws_api_gateway_stage" "bad" {
  rest_api_id           = aws_api_gateway_rest_api.bad.id
  stage_name            = "prod"
  deployment_id         = "1"
  cache_cluster_enabled = true
  variables             = { backendPassword = "hunter2hunter2" }
}
resource "aws_api_gateway_method_settings" "bad" {
  rest_api_id = aws_api_gateway_rest_api.bad.id
  stage_name  = aws_api_gateway_stage.bad.stage_name
  method_path = "*/*"
  settings {
    caching_enabled    = true
    data_trace_enabled = true
  }
}
resource "aws_apigatewayv2_api" "good" {
  name          = "good"
  protocol_type = "HTTP"
}
resource "aws_apigatewayv2_route" "good" {
  api_id             = aws_apigatewayv2_api.good.id
  route_key          = "GET /orders"
  authorization_type = "JWT"
}
resource "aws_apigatewayv2_stage" "good" {
  api_id = aws_apigatewayv2_api.good.id
  name   = "$default"
  access_log_settings {
    destination_arn = aws_s3_bucket.files.arn
    format          = "$context.requestId"
  }
}
resource "aws_apigatewayv2_api" "bad" {
  name          = "bad"
  protocol_type = "HTTP"
  cors_configuration {
    allow_origins = ["*"]
    allow_headers = ["Authorization"]
  }
}
resource "aws_apigatewayv2_route" "bad" {
  api_id    = aws_apigatewayv2_api.bad.id
  route_key = "GET /orders"
}
resource "aws_apigatewayv2_stage" "bad" {
  api_id          = aws_apigatewayv2_api.bad.id
  name            = "$default"
  stage_variables = { backendPassword = "hunter2hunter2" }
}
resource "aws_api_gateway_domain_name" "good" {
  domain_name     = "api.shop.example"
  security_policy = "TLS_1_2"
}
resource "aws_api_gateway_domain_name" "bad" {
  domain_name     = "old.shop.example"
  security_policy = "TLS_1_0"
}
