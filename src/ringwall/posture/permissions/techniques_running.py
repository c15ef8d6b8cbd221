"""Techniques by what runs already: whoever changes it, or gets into it, has its role.

``service`` is whom the role trusts; ``workload`` is the kind of component as the inventory has it.
"""

from typing import Final

from ringwall.posture.permissions.techniques import Need, On, Target, Technique, needs

_LAMBDA: Final = ("aws-lambda-function", "lambda")
_EC2: Final = ("aws-ec2-instance", "ec2")
_STACK: Final = ("aws-cloudformation-stack", "cloudformation")
_BUILD: Final = ("aws-codebuild-project", "codebuild")
_NOTEBOOK: Final = ("aws-sagemaker-notebook", "sagemaker")


def _running(
    name: str,
    what: tuple[str, str],
    does: str,
    *actions: str,
    known_as: str = "",
    anywhere: tuple[Need, ...] = (),
) -> Technique:
    workload, service = what
    return Technique(
        name,
        f"{does}, which runs as {{target}}",
        Target.WORKLOAD,
        (*needs(On.TARGET, *actions), *anywhere),
        service=f"{service}.amazonaws.com",
        workload=workload,
        known_as=tuple(filter(None, [known_as])),
    )


def _any(action: str, template: str = "*") -> tuple[Need, ...]:
    return (Need(action, On.ANY, template),)


RUNNING: Final = (
    _running(
        "lambda-update-function-code",
        _LAMBDA,
        "changes the code of a function",
        "lambda:UpdateFunctionCode",
        known_as="pathfinding:lambda-003",
    ),
    _running(
        "lambda-update-function-code-and-invoke",
        _LAMBDA,
        "changes the code of a function and calls it",
        "lambda:UpdateFunctionCode",
        "lambda:InvokeFunction",
        known_as="pathfinding:lambda-004",
    ),
    _running(
        "lambda-update-function-code-and-add-permission",
        _LAMBDA,
        "changes the code of a function and lets itself call it",
        "lambda:UpdateFunctionCode",
        "lambda:AddPermission",
        known_as="pathfinding:lambda-005",
    ),
    _running(
        "lambda-add-layer",
        _LAMBDA,
        "puts a layer of its own into a function",
        "lambda:UpdateFunctionConfiguration",
        known_as="rhino:19",
    ),
    _running(
        "ec2-modify-user-data",
        _EC2,
        "changes what an instance does when it starts, and starts it anew",
        "ec2:ModifyInstanceAttribute",
        "ec2:StopInstances",
        "ec2:StartInstances",
        known_as="pathfinding:ec2-002",
    ),
    _running(
        "ec2-launch-template-version",
        ("aws-ec2-launch-template", "ec2"),
        "changes the template of instances to come",
        "ec2:CreateLaunchTemplateVersion",
        "ec2:ModifyLaunchTemplate",
        known_as="pathfinding:ec2-004",
    ),
    _running(
        "ec2-instance-connect-ssh",
        _EC2,
        "puts its key onto an instance",
        "ec2-instance-connect:SendSSHPublicKey",
        known_as="pathfinding:ec2instanceconnect-003",
    ),
    _running(
        "ec2-instance-connect-serial-console",
        _EC2,
        "puts its key onto the serial console of an instance",
        "ec2-instance-connect:SendSerialConsoleSSHPublicKey",
    ),
    _running(
        "ssm-start-session",
        _EC2,
        "opens a session on an instance",
        "ssm:StartSession",
        known_as="pathfinding:ssm-001",
    ),
    _running(
        "ssm-send-command",
        _EC2,
        "runs a command on an instance",
        "ssm:SendCommand",
        anywhere=_any("ssm:SendCommand", "arn:aws:ssm:*:*:document/*"),
        known_as="pathfinding:ssm-002",
    ),
    _running(
        "ssm-create-association",
        _EC2,
        "has a document of its choice run on an instance again and again",
        "ssm:CreateAssociation",
    ),
    _running(
        "cloudformation-update-stack",
        _STACK,
        "changes a stack",
        "cloudformation:UpdateStack",
        known_as="pathfinding:cloudformation-002",
    ),
    _running(
        "cloudformation-change-set",
        _STACK,
        "changes a stack by a change set",
        "cloudformation:CreateChangeSet",
        "cloudformation:ExecuteChangeSet",
        known_as="pathfinding:cloudformation-005",
    ),
    _running(
        "codebuild-start-build",
        _BUILD,
        "builds a project with commands of its own",
        "codebuild:StartBuild",
        known_as="pathfinding:codebuild-002",
    ),
    _running(
        "codebuild-start-build-batch",
        _BUILD,
        "builds a project with commands of its own",
        "codebuild:StartBuildBatch",
        known_as="pathfinding:codebuild-003",
    ),
    _running(
        "codestar-associate-team-member",
        ("aws-codestar-project", "codestar"),
        "makes itself the owner of a project",
        "codestar:AssociateTeamMember",
        known_as="rhino:21",
    ),
    _running(
        "glue-update-dev-endpoint",
        ("aws-glue-dev-endpoint", "glue"),
        "puts its key onto a development endpoint",
        "glue:UpdateDevEndpoint",
        known_as="pathfinding:glue-002",
    ),
    _running(
        "sagemaker-open-notebook",
        _NOTEBOOK,
        "opens a notebook",
        "sagemaker:CreatePresignedNotebookInstanceUrl",
        known_as="pathfinding:sagemaker-004",
    ),
    _running(
        "sagemaker-notebook-lifecycle",
        _NOTEBOOK,
        "has a notebook run its code when it starts",
        "sagemaker:StopNotebookInstance",
        "sagemaker:UpdateNotebookInstance",
        "sagemaker:StartNotebookInstance",
        anywhere=_any(
            "sagemaker:CreateNotebookInstanceLifecycleConfig", "arn:aws:sagemaker:*:{account}:*"
        ),
        known_as="pathfinding:sagemaker-005",
    ),
    _running(
        "sagemaker-open-studio",
        ("aws-sagemaker-user-profile", "sagemaker"),
        "opens the studio of another user",
        "sagemaker:CreatePresignedDomainUrl",
    ),
    _running(
        "ecs-execute-command",
        ("aws-ecs-task", "ecs-tasks"),
        "runs a command in a task",
        "ecs:ExecuteCommand",
    ),
    Technique(
        "eks-create-access-entry",
        "makes itself an administrator of the cluster {target}",
        Target.WORKLOAD,
        needs(On.TARGET, "eks:CreateAccessEntry", "eks:AssociateAccessPolicy"),
        service="eks.amazonaws.com",
        workload="aws-eks-cluster",
    ),
    _running(
        "states-update-state-machine",
        ("aws-states-state-machine", "states"),
        "changes a state machine and starts it",
        "states:UpdateStateMachine",
        "states:StartExecution",
    ),
    _running(
        "apprunner-update-service",
        ("aws-apprunner-service", "tasks.apprunner"),
        "has a service run an image of its own",
        "apprunner:UpdateService",
        known_as="pathfinding:apprunner-002",
    ),
    _running(
        "bedrock-code-interpreter",
        ("aws-bedrock-code-interpreter", "bedrock-agentcore"),
        "uses an interpreter of code",
        "bedrock-agentcore:StartCodeInterpreterSession",
        "bedrock-agentcore:InvokeCodeInterpreter",
        known_as="pathfinding:bedrock-002",
    ),
    _running(
        "emr-add-steps",
        ("aws-emr-cluster", "ec2"),
        "runs a step on a cluster",
        "elasticmapreduce:AddJobFlowSteps",
    ),
    _running(
        "airflow-open-environment",
        ("aws-airflow-environment", "airflow"),
        "opens an environment and runs its own code",
        "airflow:CreateWebLoginToken",
    ),
)
