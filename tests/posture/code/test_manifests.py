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
