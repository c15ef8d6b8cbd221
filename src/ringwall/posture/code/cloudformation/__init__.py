"""CloudFormation: templates in YAML and JSON, evaluated as far as they are known beforehand."""
