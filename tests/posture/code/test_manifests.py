"""Manifests are taken for what Kubernetes takes them for."""

from pathlib import Path

import pytest

from ringwall.posture.code.scanning import read_code


@pytest.mark.parametrize(
    ("version", "kind", "judged"),
    [
        ("v1", "Service", "k8s-service"),
        ("serving.knative.dev/v1", "Service", ""),
        ("apps/v1", "Deployment", "k8s-workload"),
        ("extensions/v1beta1", "Deployment", "k8s-workload"),
        ("batch.volcano.sh/v1alpha1", "Job", ""),
        ("networking.k8s.io/v1", "NetworkPolicy", "k8s-network-policy"),
        ("projectcalico.org/v3", "NetworkPolicy", ""),
        ("iam.aws.crossplane.io/v1beta1", "Role", ""),
        ("v1", "Deployment", ""),
    ],
)
def test_a_kind_counts_within_its_own_groups_alone(
    tmp_path: Path, version: str, kind: str, judged: str
) -> None:
    (tmp_path / "it.yaml").write_text(
        f"apiVersion: {version}\nkind: {kind}\nmetadata: {{name: it}}\nspec: {{}}\n"
    )
    code = read_code(tmp_path)
    assert [one.found.kind for one in code.snapshot] == ([judged] if judged else [])
    assert code.unmapped == ({} if judged else {f"{version}/{kind}": 1})


@pytest.mark.parametrize("name", ["kustomization.yaml", "kustomization.yml", "Kustomization"])
@pytest.mark.parametrize("text", ["", "kind: Kustomization\n", "resources: [it.yaml]\n"])
def test_what_kustomize_would_change_is_said_whatever_the_file_says(
    tmp_path: Path, name: str, text: str
) -> None:
    (tmp_path / name).write_text(text)
    (one,) = read_code(tmp_path).remarks
    assert str(one.place) == f"{name}:1"
    assert one.why.startswith("Kustomize is not read")


def test_flux_has_kustomizations_of_another_kind(tmp_path: Path) -> None:
    (tmp_path / "it.yaml").write_text(
        "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: it}\n"
    )
    code = read_code(tmp_path)
    assert code.unmapped == {"kustomize.toolkit.fluxcd.io/v1/Kustomization": 1}
    assert not code.remarks


@pytest.mark.parametrize(
    "name",
    ["terragrunt.hcl", "terragrunt.stack.hcl", "shop.tfdeploy.hcl", "serverless.yml"],
)
def test_what_says_what_is_made_and_is_not_read_is_said(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text('inputs = { type = "AWS::S3::Bucket" }\n')
    (one,) = read_code(tmp_path).remarks
    assert str(one.place) == f"{name}:1"
    assert "not read" in one.why


PATCHES = """
resources: [../base]
patchesStrategicMerge:
  - memory.yaml
  - |-
    apiVersion: v1
    kind: ConfigMap
patches:
  - {path: ./more/replicas.yaml, target: {kind: Deployment}}
  - patch: "- {op: remove, path: /spec/replicas}"
"""
PATCH = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  template:
    spec:
      containers: [{name: web, resources: {limits: {memory: 1Gi}}}]
"""


def test_a_patch_of_kustomize_is_judged_by_nothing(tmp_path: Path) -> None:
    """It is a part of what stands elsewhere: what it does not say, that one may."""
    for name in ("memory.yaml", "more/replicas.yaml", "whole.yaml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(PATCH)
    (tmp_path / "kustomization.yaml").write_text(PATCHES)
    found = read_code(tmp_path)
    places = {str(seen.place) for seen in found.snapshot.of_kind("k8s-workload")}
    assert {one.partition(":")[0] for one in places} == {"whole.yaml"}
    (one,) = found.remarks
    assert "nor are the patches that it names" in one.why
    (tmp_path / "kustomization.yaml").write_text("patches: [: {")
    assert len(list(read_code(tmp_path).snapshot.of_kind("k8s-workload"))) == 3


JOB = """
apiVersion: batch/v1
kind: Job
metadata: {%s: migrate-}
spec: {template: {spec: {hostNetwork: %s, containers: [{name: it}]}}}
"""


@pytest.mark.parametrize("name", ["name", "generateName"])
def test_what_a_file_declares_twice_by_one_name_is_judged_twice(tmp_path: Path, name: str) -> None:
    several = [JOB % (name, "true"), JOB % (name, "false"), JOB % (name, "false")]
    (tmp_path / "it.yaml").write_text("---".join(several))
    found = list(read_code(tmp_path).snapshot.of_kind("k8s-workload"))
    assert [one.found.name.partition("/")[2] for one in found] == [
        "Job/migrate-",
        "Job/migrate-#2",
        "Job/migrate-#3",
    ]
    assert [one.aspects["pod"].value["spec"]["hostNetwork"] for one in found] == [
        True,
        False,
        False,
    ]


def test_what_a_list_has_twice_by_one_name_is_judged_twice(tmp_path: Path) -> None:
    items = "".join(
        f"- {{apiVersion: v1, kind: Pod, metadata: {{generateName: a-}},"
        f" spec: {{hostNetwork: {said}, containers: []}}}}\n"
        for said in ("true", "false")
    )
    (tmp_path / "it.yaml").write_text(f"apiVersion: v1\nkind: List\nitems:\n{items}")
    found = list(read_code(tmp_path).snapshot.of_kind("k8s-workload"))
    assert [one.found.name[-2:] for one in found] == ["a-", "#2"]
