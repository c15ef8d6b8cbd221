"""Auto Scaling: groups, and the old way to say what they launch."""

from typing import Final

from ringwall.posture.collecting.shape import described

LISTINGS: Final = (
    described(
        "aws-autoscaling-group",
        "autoscaling:DescribeAutoScalingGroups",
        "AutoScalingGroups",
        "AutoScalingGroupARN",
        "AutoScalingGroupName",
    ),
    described(
        "aws-autoscaling-launch-configuration",
        "autoscaling:DescribeLaunchConfigurations",
        "LaunchConfigurations",
        "LaunchConfigurationARN",
        "LaunchConfigurationName",
    ),
)
DETAILS: Final = ()
