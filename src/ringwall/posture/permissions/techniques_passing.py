"""Techniques that pass a role to a service: something new runs as that role.

Each needs ``iam:PassRole`` on a role that trusts the service, and the actions of its row. ``*`` as
the template is for actions that know no resources.
"""

from typing import Final

from ringwall.posture.permissions.techniques import Need, On, Target, Technique, making

_PASS: Final = Need("iam:PassRole", On.TARGET)
_EC2: Final = "arn:aws:ec2:*:{account}:*"
_FUNCTION: Final = "arn:aws:lambda:*:{account}:function:*"
_STACK: Final = "arn:aws:cloudformation:*:{account}:stack/*"
_STACK_SET: Final = "arn:aws:cloudformation:*:{account}:stackset/*"
_BUILD: Final = "arn:aws:codebuild:*:{account}:project/*"
_JOB: Final = "arn:aws:glue:*:{account}:job/*"
_ECS: Final = "arn:aws:ecs:*:{account}:*"
_SAGEMAKER: Final = "arn:aws:sagemaker:*:{account}:*"
_ECS_TASKS: Final = "ecs-tasks.amazonaws.com"


def _passing(
    name: str, service: str, does: str, template: str, *actions: str, known_as: str = ""
) -> Technique:
    return Technique(
        name,
        f"{does} with {{target}}",
        Target.PASSED,
        (_PASS, *making(template, *actions)),
        service=f"{service}.amazonaws.com",
        known_as=tuple(filter(None, [known_as])),
    )


def _on_instances(name: str, does: str, *actions: str, known_as: str = "") -> Technique:
    """By an instance profile, which the role has to have."""
    return Technique(
        name,
        f"{does} with {{target}}",
        Target.PASSED,
        (_PASS, *making("*" if "Spot" in actions[0] else _EC2, *actions)),
        service="ec2.amazonaws.com",
        needs_profile=True,
        known_as=tuple(filter(None, [known_as])),
    )


COMPUTE: Final = (
    _on_instances(
        "passrole-ec2-run-instances",
        "starts an instance",
        "ec2:RunInstances",
        known_as="pathfinding:ec2-001",
    ),
    Technique(
        "passrole-ec2-run-instances-with-new-profile",
        "makes an instance profile and starts an instance with {target}",
        Target.PASSED,
        (
            _PASS,
            *making(
                "arn:aws:iam::{account}:instance-profile/*",
                "iam:CreateInstanceProfile",
                "iam:AddRoleToInstanceProfile",
            ),
            *making(_EC2, "ec2:RunInstances"),
        ),
        service="ec2.amazonaws.com",
    ),
    _on_instances(
        "passrole-ec2-request-spot-instances",
        "has a spot instance started",
        "ec2:RequestSpotInstances",
        known_as="pathfinding:ec2-003",
    ),
    _on_instances("passrole-ec2-request-spot-fleet", "has a fleet started", "ec2:RequestSpotFleet"),
    _on_instances(
        "passrole-ec2-create-fleet",
        "has a fleet started from a template of its own",
        "ec2:CreateLaunchTemplate",
        "ec2:CreateFleet",
        "ec2:RunInstances",
    ),
    _on_instances(
        "passrole-ec2-associate-instance-profile",
        "gives an instance that it can get into another profile,",
        "ec2:AssociateIamInstanceProfile",
    ),
    _on_instances(
        "passrole-ec2-replace-instance-profile",
        "replaces the profile of an instance that it can get into",
        "ec2:ReplaceIamInstanceProfileAssociation",
    ),
    Technique(
        "passrole-autoscaling-launch-configuration",
        "has a group of instances started with {target}",
        Target.PASSED,
        (
            _PASS,
            *making(
                "arn:aws:autoscaling:*:{account}:*",
                "autoscaling:CreateLaunchConfiguration",
                "autoscaling:CreateAutoScalingGroup",
            ),
        ),
        service="ec2.amazonaws.com",
        needs_profile=True,
    ),
    Technique(
        "passrole-autoscaling-launch-template",
        "has a group of instances started from a template with {target}",
        Target.PASSED,
        (
            _PASS,
            *making(_EC2, "ec2:CreateLaunchTemplate", "ec2:RunInstances"),
            *making("arn:aws:autoscaling:*:{account}:*", "autoscaling:CreateAutoScalingGroup"),
        ),
        service="ec2.amazonaws.com",
        needs_profile=True,
    ),
    _passing(
        "passrole-lambda-create-and-invoke",
        "lambda",
        "makes a function and calls it,",
        _FUNCTION,
        "lambda:CreateFunction",
        "lambda:InvokeFunction",
        known_as="pathfinding:lambda-001",
    ),
    _passing(
        "passrole-lambda-create-and-event-source",
        "lambda",
        "makes a function that events call,",
        _FUNCTION,
        "lambda:CreateFunction",
        "lambda:CreateEventSourceMapping",
        known_as="pathfinding:lambda-002",
    ),
    _passing(
        "passrole-lambda-create-and-add-permission",
        "lambda",
        "makes a function and lets itself call it,",
        _FUNCTION,
        "lambda:CreateFunction",
        "lambda:AddPermission",
        known_as="pathfinding:lambda-006",
    ),
    _passing(
        "passrole-lambda-create-and-function-url",
        "lambda",
        "makes a function with an address of its own,",
        _FUNCTION,
        "lambda:CreateFunction",
        "lambda:CreateFunctionUrlConfig",
        "lambda:AddPermission",
    ),
    _passing(
        "passrole-lambda-update-configuration",
        "lambda",
        "gives a function, and its code, another role:",
        _FUNCTION,
        "lambda:UpdateFunctionConfiguration",
        "lambda:UpdateFunctionCode",
    ),
    *(
        _passing(name, "ecs-tasks", does, _ECS, *actions, known_as=known_as)
        for name, does, actions, known_as in (
            (
                "passrole-ecs-cluster-service",
                "makes a cluster and a service in it,",
                ("ecs:CreateCluster", "ecs:RegisterTaskDefinition", "ecs:CreateService"),
                "pathfinding:ecs-001",
            ),
            (
                "passrole-ecs-cluster-task",
                "makes a cluster and runs a task in it,",
                ("ecs:CreateCluster", "ecs:RegisterTaskDefinition", "ecs:RunTask"),
                "pathfinding:ecs-002",
            ),
            (
                "passrole-ecs-create-service",
                "makes a service",
                ("ecs:RegisterTaskDefinition", "ecs:CreateService"),
                "pathfinding:ecs-003",
            ),
            (
                "passrole-ecs-run-task",
                "runs a task",
                ("ecs:RegisterTaskDefinition", "ecs:RunTask"),
                "pathfinding:ecs-004",
            ),
            (
                "passrole-ecs-start-task",
                "starts a task on an instance of a cluster",
                ("ecs:RegisterTaskDefinition", "ecs:StartTask"),
                "pathfinding:ecs-005",
            ),
            (
                "passrole-ecs-update-service",
                "has a service run a task of its own",
                ("ecs:RegisterTaskDefinition", "ecs:UpdateService"),
                "",
            ),
        )
    ),
    Technique(
        "passrole-ecs-run-task-override",
        "runs a task that is defined already, with {target} instead of its role",
        Target.PASSED,
        (_PASS, *making(_ECS, "ecs:RunTask")),
        service=_ECS_TASKS,
    ),
    Technique(
        "passrole-batch-submit-job",
        "has a job of its own run with {target}",
        Target.PASSED,
        (
            _PASS,
            *making(
                "arn:aws:batch:*:{account}:*", "batch:RegisterJobDefinition", "batch:SubmitJob"
            ),
        ),
        service=_ECS_TASKS,
    ),
    _passing(
        "passrole-eks-pod-identity",
        "pods.eks",
        "has pods of a cluster run",
        "arn:aws:eks:*:{account}:*",
        "eks:CreatePodIdentityAssociation",
    ),
    _passing(
        "passrole-apprunner-create-service",
        "tasks.apprunner",
        "makes a service",
        "arn:aws:apprunner:*:{account}:*",
        "apprunner:CreateService",
        known_as="pathfinding:apprunner-001",
    ),
)
BUILDERS: Final = (
    _passing(
        "passrole-cloudformation-create-stack",
        "cloudformation",
        "makes a stack",
        _STACK,
        "cloudformation:CreateStack",
        known_as="pathfinding:cloudformation-001",
    ),
    _passing(
        "passrole-cloudformation-update-stack",
        "cloudformation",
        "changes a stack",
        _STACK,
        "cloudformation:UpdateStack",
    ),
    _passing(
        "passrole-cloudformation-change-set",
        "cloudformation",
        "changes a stack by a change set",
        _STACK,
        "cloudformation:CreateChangeSet",
        "cloudformation:ExecuteChangeSet",
        known_as="pathfinding:cloudformation-005",
    ),
    _passing(
        "passrole-cloudformation-create-stack-set",
        "cloudformation",
        "makes a set of stacks",
        _STACK_SET,
        "cloudformation:CreateStackSet",
        "cloudformation:CreateStackInstances",
        known_as="pathfinding:cloudformation-003",
    ),
    _passing(
        "passrole-cloudformation-update-stack-set",
        "cloudformation",
        "changes a set of stacks",
        _STACK_SET,
        "cloudformation:UpdateStackSet",
        known_as="pathfinding:cloudformation-004",
    ),
    *(
        _passing(f"passrole-codebuild-{name}", "codebuild", does, _BUILD, *actions, known_as=known)
        for name, does, actions, known in (
            (
                "create-and-start-build",
                "makes a project and builds it",
                ("codebuild:CreateProject", "codebuild:StartBuild"),
                "pathfinding:codebuild-001",
            ),
            (
                "create-and-start-batch",
                "makes a project and builds it",
                ("codebuild:CreateProject", "codebuild:StartBuildBatch"),
                "pathfinding:codebuild-004",
            ),
            (
                "update-and-start-build",
                "changes a project and builds it",
                ("codebuild:UpdateProject", "codebuild:StartBuild"),
                "",
            ),
            (
                "start-build-override",
                "builds a project that there is with commands of its own",
                ("codebuild:StartBuild",),
                "",
            ),
            (
                "start-batch-override",
                "builds a project that there is with commands of its own",
                ("codebuild:StartBuildBatch",),
                "",
            ),
        )
    ),
    _passing(
        "passrole-codepipeline-create",
        "codepipeline",
        "makes a pipeline",
        "arn:aws:codepipeline:*:{account}:*",
        "codepipeline:CreatePipeline",
    ),
    _passing(
        "passrole-codepipeline-update",
        "codepipeline",
        "changes a pipeline and starts it",
        "arn:aws:codepipeline:*:{account}:*",
        "codepipeline:UpdatePipeline",
        "codepipeline:StartPipelineExecution",
    ),
    _passing(
        "passrole-codedeploy-create-deployment",
        "codedeploy",
        "deploys what it likes",
        "arn:aws:codedeploy:*:{account}:*",
        "codedeploy:CreateDeploymentGroup",
        "codedeploy:CreateDeployment",
    ),
    _passing(
        "passrole-codestar-create-project",
        "codestar",
        "makes a project",
        "*",
        "codestar:CreateProject",
    ),
    _passing(
        "passrole-elasticbeanstalk-create-environment",
        "ec2",
        "makes an environment",
        "arn:aws:elasticbeanstalk:*:{account}:*",
        "elasticbeanstalk:CreateEnvironment",
    ),
    _passing(
        "passrole-imagebuilder-create-image",
        "ec2",
        "has an image built",
        "arn:aws:imagebuilder:*:{account}:*",
        "imagebuilder:CreateInfrastructureConfiguration",
        "imagebuilder:CreateImage",
    ),
    _passing(
        "passrole-amplify-create-app",
        "amplify",
        "has an application built",
        "arn:aws:amplify:*:{account}:*",
        "amplify:CreateApp",
        "amplify:StartJob",
    ),
    _passing(
        "passrole-proton-create-environment",
        "proton",
        "makes an environment",
        "arn:aws:proton:*:{account}:*",
        "proton:CreateEnvironment",
    ),
)
DATA: Final = (
    _passing(
        "passrole-glue-create-dev-endpoint",
        "glue",
        "makes a development endpoint",
        "arn:aws:glue:*:{account}:devEndpoint/*",
        "glue:CreateDevEndpoint",
        known_as="pathfinding:glue-001",
    ),
    *(
        _passing(f"passrole-glue-{name}", "glue", does, _JOB, *actions, known_as=known_as)
        for name, does, actions, known_as in (
            (
                "create-and-run-job",
                "makes a job and runs it",
                ("glue:CreateJob", "glue:StartJobRun"),
                "pathfinding:glue-003",
            ),
            (
                "update-and-run-job",
                "changes a job and runs it",
                ("glue:UpdateJob", "glue:StartJobRun"),
                "pathfinding:glue-005",
            ),
        )
    ),
    *(
        Technique(
            f"passrole-glue-{name}",
            f"{does} that a trigger starts, with {{target}}",
            Target.PASSED,
            (
                _PASS,
                *making(_JOB, action),
                *making("arn:aws:glue:*:{account}:trigger/*", "glue:CreateTrigger"),
            ),
            service="glue.amazonaws.com",
            known_as=(known_as,),
        )
        for name, does, action, known_as in (
            ("create-and-trigger-job", "makes a job", "glue:CreateJob", "pathfinding:glue-004"),
            ("update-and-trigger-job", "changes a job", "glue:UpdateJob", "pathfinding:glue-006"),
        )
    ),
    _passing(
        "passrole-glue-session",
        "glue",
        "opens a session and runs statements",
        "arn:aws:glue:*:{account}:session/*",
        "glue:CreateSession",
        "glue:RunStatement",
    ),
    _passing(
        "passrole-datapipeline",
        "datapipeline",
        "makes a pipeline and starts it",
        "arn:aws:datapipeline:*:{account}:*",
        "datapipeline:CreatePipeline",
        "datapipeline:PutPipelineDefinition",
        "datapipeline:ActivatePipeline",
        known_as="pathfinding:datapipeline-001",
    ),
    _passing(
        "passrole-emr-run-job-flow",
        "ec2",
        "starts a cluster",
        "arn:aws:elasticmapreduce:*:{account}:*",
        "elasticmapreduce:RunJobFlow",
    ),
    _passing(
        "passrole-emr-serverless",
        "emr-serverless",
        "runs a job",
        "arn:aws:emr-serverless:*:{account}:*",
        "emr-serverless:CreateApplication",
        "emr-serverless:StartJobRun",
    ),
    _passing(
        "passrole-emr-serverless-job",
        "emr-serverless",
        "runs a job in an application that there is",
        "arn:aws:emr-serverless:*:{account}:*",
        "emr-serverless:StartJobRun",
    ),
    _passing(
        "passrole-kinesisanalytics",
        "kinesisanalytics",
        "makes an application and starts it",
        "arn:aws:kinesisanalytics:*:{account}:*",
        "kinesisanalytics:CreateApplication",
        "kinesisanalytics:StartApplication",
    ),
    _passing(
        "passrole-databrew-recipe-job",
        "databrew",
        "makes a job and runs it",
        "arn:aws:databrew:*:{account}:*",
        "databrew:CreateRecipeJob",
        "databrew:StartJobRun",
    ),
    _passing(
        "passrole-airflow-create-environment",
        "airflow",
        "makes an environment",
        "arn:aws:airflow:*:{account}:*",
        "airflow:CreateEnvironment",
    ),
    _passing(
        "passrole-s3-batch-job",
        "batchoperations.s3",
        "has objects copied",
        "arn:aws:s3:*:{account}:job/*",
        "s3:CreateJob",
    ),
    _passing(
        "passrole-s3-replication",
        "s3",
        "has all that comes into a bucket copied to one of its own",
        "arn:aws:s3:::*",
        "s3:PutReplicationConfiguration",
    ),
    _passing(
        "passrole-datasync-create-location",
        "datasync",
        "has data moved",
        "arn:aws:datasync:*:{account}:*",
        "datasync:CreateLocationS3",
        "datasync:CreateTask",
        "datasync:StartTaskExecution",
    ),
    _passing(
        "passrole-transfer-create-user",
        "transfer",
        "makes itself a user of a file server",
        "arn:aws:transfer:*:{account}:*",
        "transfer:CreateUser",
    ),
)
LEARNING: Final = (
    *(
        _passing(
            f"passrole-sagemaker-{name}", "sagemaker", does, _SAGEMAKER, *actions, known_as=known_as
        )
        for name, does, actions, known_as in (
            (
                "notebook",
                "makes a notebook and opens it",
                (
                    "sagemaker:CreateNotebookInstance",
                    "sagemaker:CreatePresignedNotebookInstanceUrl",
                ),
                "",
            ),
            (
                "notebook-with-start-script",
                "makes a notebook that runs its code",
                ("sagemaker:CreateNotebookInstance",),
                "pathfinding:sagemaker-001",
            ),
            (
                "training-job",
                "has a model trained",
                ("sagemaker:CreateTrainingJob",),
                "pathfinding:sagemaker-002",
            ),
            (
                "processing-job",
                "has data processed",
                ("sagemaker:CreateProcessingJob",),
                "pathfinding:sagemaker-003",
            ),
            ("tuning-job", "has a model tuned", ("sagemaker:CreateHyperParameterTuningJob",), ""),
            ("auto-ml-job", "has a model found", ("sagemaker:CreateAutoMLJob",), ""),
            (
                "studio-user",
                "makes itself a user of a studio",
                ("sagemaker:CreateUserProfile", "sagemaker:CreatePresignedDomainUrl"),
                "",
            ),
            (
                "endpoint",
                "has a model of its own served",
                (
                    "sagemaker:CreateModel",
                    "sagemaker:CreateEndpointConfig",
                    "sagemaker:CreateEndpoint",
                ),
                "",
            ),
            (
                "pipeline",
                "makes a pipeline and starts it",
                ("sagemaker:CreatePipeline", "sagemaker:StartPipelineExecution"),
                "",
            ),
        )
    ),
    _passing(
        "passrole-bedrock-code-interpreter",
        "bedrock-agentcore",
        "makes an interpreter of code and uses it",
        "arn:aws:bedrock-agentcore:*:{account}:*",
        "bedrock-agentcore:CreateCodeInterpreter",
        "bedrock-agentcore:StartCodeInterpreterSession",
        "bedrock-agentcore:InvokeCodeInterpreter",
        known_as="pathfinding:bedrock-001",
    ),
    _passing(
        "passrole-braket-create-job",
        "braket",
        "runs a job",
        "arn:aws:braket:*:{account}:*",
        "braket:CreateJob",
    ),
    _passing(
        "passrole-omics-run-workflow",
        "omics",
        "runs a workflow",
        "arn:aws:omics:*:{account}:*",
        "omics:CreateWorkflow",
        "omics:StartRun",
    ),
)
JOINTS: Final = (
    _passing(
        "passrole-states-create-and-start",
        "states",
        "makes a state machine that calls any API, and starts it",
        "arn:aws:states:*:{account}:*",
        "states:CreateStateMachine",
        "states:StartExecution",
    ),
    _passing(
        "passrole-states-update",
        "states",
        "changes a state machine that calls any API",
        "arn:aws:states:*:{account}:*",
        "states:UpdateStateMachine",
        "states:StartExecution",
    ),
    _passing(
        "passrole-states-test-state",
        "states",
        "tests a state that calls any API,",
        "arn:aws:states:*:{account}:*",
        "states:TestState",
    ),
    _passing(
        "passrole-scheduler-create-schedule",
        "scheduler",
        "has a schedule call any API",
        "arn:aws:scheduler:*:{account}:*",
        "scheduler:CreateSchedule",
    ),
    _passing(
        "passrole-events-put-targets",
        "events",
        "has an event start what it likes",
        "arn:aws:events:*:{account}:*",
        "events:PutRule",
        "events:PutTargets",
    ),
    _passing(
        "passrole-ssm-automation",
        "ssm",
        "runs an automation that calls any API,",
        "arn:aws:ssm:*:{account}:*",
        "ssm:CreateDocument",
        "ssm:StartAutomationExecution",
    ),
    _passing(
        "passrole-ssm-activation",
        "ssm",
        "registers a machine of its own",
        "*",
        "ssm:CreateActivation",
    ),
    _passing(
        "passrole-ssm-maintenance-window",
        "ssm",
        "makes a window in which an automation that calls any API runs",
        "arn:aws:ssm:*:{account}:maintenancewindow/*",
        "ssm:CreateMaintenanceWindow",
        "ssm:RegisterTaskWithMaintenanceWindow",
    ),
    _passing(
        "passrole-iot-topic-rule",
        "iot",
        "makes a rule that writes elsewhere",
        "arn:aws:iot:*:{account}:*",
        "iot:CreateTopicRule",
    ),
    _passing(
        "passrole-iot-role-alias",
        "credentials.iot",
        "gives a certificate of its own credentials",
        "arn:aws:iot:*:{account}:*",
        "iot:CreateRoleAlias",
    ),
    _passing(
        "passrole-appsync-data-source",
        "appsync",
        "makes a source of data for an API",
        "arn:aws:appsync:*:{account}:*",
        "appsync:CreateDataSource",
        "appsync:CreateResolver",
    ),
    _passing(
        "passrole-apigateway-integration",
        "apigateway",
        "has an API call any service",
        "arn:aws:apigateway:*::*",
        "apigateway:PUT",
        "apigateway:POST",
    ),
    _passing(
        "passrole-rolesanywhere-profile",
        "rolesanywhere",
        "has certificates of its own trusted,",
        "arn:aws:rolesanywhere:*:{account}:*",
        "rolesanywhere:CreateTrustAnchor",
        "rolesanywhere:CreateProfile",
    ),
    _passing(
        "passrole-synthetics-canary",
        "lambda",
        "makes a canary that runs its code",
        "arn:aws:synthetics:*:{account}:*",
        "synthetics:CreateCanary",
        "synthetics:StartCanary",
    ),
    _passing(
        "passrole-gamelift-create-fleet",
        "gamelift",
        "starts a fleet that runs its code",
        "arn:aws:gamelift:*:{account}:*",
        "gamelift:CreateBuild",
        "gamelift:CreateFleet",
    ),
    _passing(
        "passrole-greengrass-deployment",
        "greengrass",
        "deploys its code to devices",
        "arn:aws:greengrass:*:{account}:*",
        "greengrass:CreateDeployment",
    ),
    _passing(
        "passrole-cognito-identity-pool",
        "cognito-identity",
        "has an identity pool hand out credentials",
        "arn:aws:cognito-identity:*:{account}:*",
        "cognito-identity:SetIdentityPoolRoles",
    ),
)
PASSING: Final = (*COMPUTE, *BUILDERS, *DATA, *LEARNING, *JOINTS)
