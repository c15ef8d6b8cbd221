"""Manifests are taken for what Kubernetes takes them for."""

from pathlib import Path

import pytest

from ringwall.posture.checking.finding import own_checks
from ringwall.posture.code.scanning import Code, read_code
from ringwall.posture.judging import judge_all


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


POD = """
apiVersion: v1
kind: Pod
metadata: {name: it}
spec:
  hostPID: true
  %s
  containers:
  - name: app
    image: shop:1
    %s
"""


def _verdicts(tmp_path: Path, text: str) -> tuple[Code, dict[str, str]]:
    """What is read, and by check what is said of the one thing that is in it."""
    (tmp_path / "it.yaml").write_text(text)
    code = read_code(tmp_path)
    judged = list(judge_all(code.snapshot, own_checks(["k8s"])))
    assert not [one.verdict.why for one in judged if "by itself" in one.verdict.why]
    return code, {one.check: one.verdict.outcome for one in judged}


@pytest.mark.parametrize(
    ("pod", "container", "check"),
    [
        ("hostNetwork: ${HOST}", "", "k8s-pod-host-network"),
        ('hostIPC: "{{ ipc }}"', "", "k8s-pod-host-memory"),
        ("securityContext: {runAsUser: '${UID}'}", "", "k8s-container-user-zero"),
        ("", "securityContext: {privileged: '${P}'}", "k8s-container-privileged"),
        ("", "securityContext: {procMount: '${P}'}", "k8s-container-proc-mount"),
        ("", "ports: ${PORTS}", "k8s-container-host-port"),
        ("volumes: [{hostPath: {path: '${DIR}'}}]", "", "k8s-pod-host-root"),
        ("volumes: [{hostPath: {path: $DIR/}}]", "", "k8s-pod-host-root"),
        ("hostIPC: {{ ipc }}", "", "k8s-pod-host-memory"),
        ("initContainers: ${SIDECARS}", "", "k8s-container-privileged"),
        ("securityContext: {sysctls: [{name: '${S}'}]}", "", "k8s-pod-sysctls"),
    ],
)
def test_what_is_filled_in_later_is_not_known_and_no_fault(
    tmp_path: Path, pod: str, container: str, check: str
) -> None:
    code, said = _verdicts(tmp_path, POD % (pod, container))
    assert not code.remarks
    assert said[check] == "unknown"
    assert said["k8s-pod-host-processes"] == "fail"


def test_what_is_filled_in_later_keeps_nothing_else_from_being_judged(tmp_path: Path) -> None:
    text = POD % (
        "volumes: [{hostPath: {path: '${DIR}'}}, {hostPath: {path: /}}]",
        "securityContext: {privileged: '${P}'}\n  - {name: b, securityContext: {privileged: true}}",
    )
    _, said = _verdicts(tmp_path, text)
    assert said["k8s-container-privileged"] == said["k8s-pod-host-root"] == "fail"


@pytest.mark.parametrize(
    ("image", "outcome"),
    [("${IMAGE}", "unknown"), ("${HUB}/shop:1", "pass"), ("${HUB}/shop:${TAG}", "unknown")],
)
def test_a_version_of_an_image_may_be_filled_in_later(
    tmp_path: Path, image: str, outcome: str
) -> None:
    _, said = _verdicts(tmp_path, (POD % ("", "")).replace("shop:1", image))
    assert said["k8s-container-image-latest"] == outcome


@pytest.mark.parametrize(
    ("pod", "container", "line", "why"),
    [
        ("initContainers: [x]", "", 7, "spec.initContainers[0] is a text, where a mapping belongs"),
        ("initContainers: [~]", "", 7, "spec.initContainers[0] is nothing, where a mapping"),
        ("securityContext: x", "", 7, "spec.securityContext is a text, where a mapping belongs"),
        ("securityContext: {runAsUser: '1000'}", "", 7, "runAsUser is a text, where a number"),
        ("hostNetwork: 'true'", "", 7, "hostNetwork is a text, where true or false belongs"),
        ("", "env: {DB_PASSWORD: x}", 11, "spec.containers[0].env is a mapping, where a list"),
        ("hostIPC: 5", "env: {DB_PASSWORD: x}", 7, "hostIPC is a number, where true or false"),
        ("", "env: [{name: A, value: {}}]", 11, "env[0].value is a mapping, where a text"),
    ],
)
def test_what_has_not_the_form_of_its_kind_is_told_once_and_the_rest_is_judged(
    tmp_path: Path, pod: str, container: str, line: int, why: str
) -> None:
    code, said = _verdicts(tmp_path, POD % (pod, container))
    (remark,) = code.remarks
    assert (remark.is_broken, remark.place.line) == (True, line)
    assert remark.why.startswith("Pod default/it: ")
    assert why in remark.why
    assert said["k8s-pod-host-processes"] == "fail"
    assert code.snapshot.is_listed("k8s-network-policy"), "nothing is left out"


@pytest.mark.parametrize(
    "text",
    [
        "kind: Role\napiVersion: rbac.authorization.k8s.io/v1\nrules: {verbs: []}",
        "kind: RoleBinding\napiVersion: rbac.authorization.k8s.io/v1\nsubjects: [a]\nroleRef: a",
        "kind: NetworkPolicy\napiVersion: networking.k8s.io/v1\nspec: {ingress: {from: []}}",
        "kind: Ingress\napiVersion: networking.k8s.io/v1\nspec: {tls: [a]}",
        "kind: Service\napiVersion: v1\nspec: LoadBalancer",
        "kind: ServiceAccount\napiVersion: v1\nautomountServiceAccountToken: 'no'",
        "kind: Secret\napiVersion: v1\ndata: [a]",
        "kind: ConfigMap\napiVersion: v1\ndata: {a: {b: c}}",
        "kind: ClusterRole\napiVersion: rbac.authorization.k8s.io/v1\nrules: [{verbs: [~]}]",
        "kind: CronJob\napiVersion: batch/v1\nspec: {jobTemplate: [a]}",
    ],
)
def test_other_kinds_of_another_form_are_told_once(tmp_path: Path, text: str) -> None:
    code, said = _verdicts(tmp_path, f"metadata: {{name: it}}\n{text}\n")
    assert [one.is_broken for one in code.remarks] == [True]
    assert "unknown" in said.values()


@pytest.mark.parametrize("metadata", ["", "metadata:\n", "metadata: {labels: {a: b}}\n"])
def test_what_has_no_name_is_told_and_judged(tmp_path: Path, metadata: str) -> None:
    text = f"apiVersion: v1\nkind: Service\nspec: {{type: NodePort}}\n{metadata}"
    code, said = _verdicts(tmp_path, text)
    (remark,) = code.remarks
    assert (str(remark.place), remark.is_broken) == (f"it.yaml:{4 if metadata else 1}", True)
    assert "metadata.name is nothing, where a text belongs" in remark.why
    assert said["k8s-service-node-port"] == "fail"


def test_what_a_list_has_that_is_no_manifest_is_told(tmp_path: Path) -> None:
    code, _ = _verdicts(tmp_path, "apiVersion: v1\nkind: List\nitems:\n- kind: Pod\n")
    (remark,) = code.remarks
    assert (str(remark.place), remark.why) == ("it.yaml:4", "items[0] is no manifest")


def test_a_number_that_was_meant_as_a_text_is_judged_as_that(tmp_path: Path) -> None:
    _, said = _verdicts(tmp_path, POD % ("", "env: [{name: DB_PASSWORD, value: 12345}]"))
    assert said["k8s-container-secret-written"] == "fail"


SPACE = "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n"
POLICY = """---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: none, namespace: shop}
spec: {podSelector: {}}
"""
CILIUM = "---\napiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata: {name: a}\n"
CALICO = "---\napiVersion: projectcalico.org/v3\nkind: GlobalNetworkPolicy\nmetadata: {name: a}\n"


@pytest.mark.parametrize(
    ("more", "outcome"),
    [("", "fail"), (CILIUM, "unknown"), (CALICO, "unknown"), (CILIUM + POLICY, "pass")],
)
def test_a_namespace_may_have_policies_of_kinds_that_are_not_read(
    tmp_path: Path, more: str, outcome: str
) -> None:
    (tmp_path / "it.yaml").write_text(SPACE + more)
    said = judge_all(read_code(tmp_path).snapshot, own_checks(["k8s-namespace-network-policy"]))
    assert [one.verdict.outcome for one in said] == [outcome]


def test_a_policy_that_is_read_is_enough_whatever_else_is_broken(tmp_path: Path) -> None:
    (tmp_path / "it.yaml").write_text(SPACE + POLICY)
    (tmp_path / "other.yaml").write_text("apiVersion: v1\nkind: [\n")
    said = judge_all(read_code(tmp_path).snapshot, own_checks(["k8s-namespace-network-policy"]))
    assert [one.verdict.outcome for one in said] == ["pass"]


NETWORK = """apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: it}
spec:
  podSelector: {}
  ingress: [%s]
"""


@pytest.mark.parametrize(
    ("rules", "outcome"),
    [
        ("{from: '${FROM}'}, {from: [{ipBlock: {cidr: 0.0.0.0/0}}]}", "fail"),
        ("{from: '${FROM}'}", "unknown"),
        ("{from: [{ipBlock: {cidr: 0.0.0.0/0}}], ports: '${PORTS}'}", "fail"),
        ("{from: [{ipBlock: {cidr: 10.0.0.0/8}}], ports: '${PORTS}'}", "unknown"),
    ],
)
def test_the_world_is_let_in_whatever_else_is_filled_in_later(
    tmp_path: Path, rules: str, outcome: str
) -> None:
    _, said = _verdicts(tmp_path, NETWORK % rules)
    assert said["k8s-network-policy-open-ingress"] == outcome


HELD = """apiVersion: v1
kind: %s
metadata: {name: it}
%s:
  %s: |
    %s
"""


@pytest.mark.parametrize(
    ("kind", "name", "value", "outcome"),
    [
        ("Secret", "app.config", '<add key="ApiKey" value="hunter2hunter2" />', "fail"),
        ("Secret", "app.config", "<password>", "pass"),
        ("ConfigMap", "app.js", "db: {user:'shop', password :'hunter2hunter2'}", "fail"),
        ("ConfigMap", "app.sql", "ALTER ROLE shop PASSWORD :'app_password'", "pass"),
        ("ConfigMap", "CLIENT_TLS_SECRET", "hunter2hunter2", "fail"),
        ("ConfigMap", "CLIENT_TLS_SECRET", "shop-tls-2", "pass"),
        ("ConfigMap", "SECRET_KEY_ENCRYPTION", "9f8e7d6c5b4a39281706f5e4d3c2b1a0", "fail"),
        ("ConfigMap", "SECRET_KEY_ENCRYPTION", "aes-256-gcm", "pass"),
        ("ConfigMap", "JWT_SECRET_ENV", "9f8e7d6c5b4a39281706f5e4", "fail"),
        ("ConfigMap", "JWT_SECRET_ENV", "SHOP_JWT", "pass"),
    ],
)
def test_what_only_looks_like_something_else_is_a_secret(
    tmp_path: Path, kind: str, name: str, value: str, outcome: str
) -> None:
    data = "stringData" if kind == "Secret" else "data"
    text = HELD % (kind, data, name, value)
    if kind == "ConfigMap" and "." not in name:
        text = text.replace("|\n    ", "")
    _, said = _verdicts(tmp_path, text)
    check = "k8s-secret-written" if kind == "Secret" else "k8s-config-map-secrets"
    assert said[check] == outcome


@pytest.mark.parametrize(
    "more",
    [
        "stringData: {password: {{ x }}, other: hunter2}",
        "stringData: {password: [x], other: hunter2}",
        "stringData: ${X}\ndata: {password: aHVudGVyMg==}",
    ],
)
def test_a_secret_is_written_whatever_else_is_not_known(tmp_path: Path, more: str) -> None:
    _, said = _verdicts(tmp_path, f"apiVersion: v1\nkind: Secret\nmetadata: {{name: it}}\n{more}\n")
    assert said["k8s-secret-written"] == "fail"


def test_lists_in_lists_are_judged(tmp_path: Path) -> None:
    text = """apiVersion: v1
kind: List
items:
- apiVersion: v1
  kind: List
  items:
  - apiVersion: v1
    kind: Pod
    metadata: {name: it}
    spec: {hostNetwork: true, containers: [{name: a, image: b}]}
"""
    (tmp_path / "it.yaml").write_text(text)
    code = read_code(tmp_path)
    (one,) = judge_all(code.snapshot, own_checks(["k8s-pod-host-network"]))
    assert one.verdict.outcome == "fail"
    pod = code.snapshot.get(one.component)
    assert pod is not None
    assert str(pod.place) == "it.yaml:7"


LIMITS = """apiVersion: v1
kind: LimitRange
metadata: {name: it%s}
spec: {limits: %s}
"""
GIVEN = "[{type: Container, default: {memory: 64Mi, cpu: 1}}]"


@pytest.mark.parametrize(
    ("space", "limits", "container", "expected"),
    [
        ("", GIVEN, "image: a", "pass"),
        ("", "[{type: Container, max: {memory: 64Mi, cpu: 1}}]", "image: a", "pass"),
        ("", "[{type: Container, default: {memory: '${SIZE}', cpu: 1}}]", "image: a", "pass"),
        (", namespace: shop", GIVEN, "image: a", "fail"),
        ("", "[{type: Pod, max: {memory: 64Mi, cpu: 1}}]", "image: a", "fail"),
        ("", "[]", "image: a", "fail"),
        ("", "[{type: '${TYPE}', default: {memory: 64Mi, cpu: 1}}]", "image: a", "unknown"),
        ("", "[{type: Container, default: '${GIVEN}'}]", "image: a", "unknown"),
        ("", f"[{{type: '${{TYPE}}'}}, {GIVEN[1:-1]}]", "image: a", "pass"),
        ("", "'${LIMITS}'", "image: a", "unknown"),
        ("", GIVEN, "resources: '${LIMITS}'", "unknown"),
    ],
)
def test_a_namespace_gives_limits_to_containers_that_say_none(
    tmp_path: Path, space: str, limits: str, container: str, expected: str
) -> None:
    code, said = _verdicts(tmp_path, POD % ("", container) + "---\n" + LIMITS % (space, limits))
    assert {said[f"k8s-container-{one}"] for one in ("memory-limit", "cpu-request")} == {expected}
    assert not code.unmapped


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ("{from: [{ipBlock: {cidr: 0.0.0.0/0}}]}", "fail"),
        ("{from: [{ipBlock: '${BLOCK}'}, {ipBlock: {cidr: 0.0.0.0/0}}]}", "fail"),
        ("{from: [{ipBlock: '${BLOCK}'}, {ipBlock: {cidr: 0.0.0.0/1}}]}", "unknown"),
        ("{from: '${FROM}'}, {from: [{ipBlock: {cidr: 128.0.0.0/1}}]}", "unknown"),
        ("{from: [{ipBlock: {cidr: 10.0.0.0/8}}]}", "pass"),
    ],
)
def test_a_policy_that_lets_in_all_addresses_is_none(
    tmp_path: Path, rules: str, expected: str
) -> None:
    policy = NETWORK.replace("{name: it}", "{name: it, namespace: shop}") % rules
    (tmp_path / "it.yaml").write_text(f"{SPACE}---\n{policy}")
    said = judge_all(read_code(tmp_path).snapshot, own_checks(["k8s-namespace-network-policy"]))
    assert [str(one.verdict.outcome) for one in said] == [expected]


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ("{podSelector: {}, ingress: [{}]}", "fail"),
        ("{podSelector: {matchLabels: {app: '${APP}'}}, ingress: [{}]}", "pass"),
        ("{podSelector: '${PODS}', ingress: [{}]}", "unknown"),
        ("{podSelector: {}, ingress: ['${RULE}']}", "unknown"),
        ("{podSelector: {}, ingress: ['${RULE}', {}]}", "fail"),
        ("{podSelector: {}, policyTypes: '${TYPES}', ingress: [{}]}", "unknown"),
        ("{podSelector: {}, policyTypes: [Egress], ingress: [{}]}", "pass"),
    ],
)
def test_what_one_policy_lets_in_no_other_keeps_out(
    tmp_path: Path, spec: str, expected: str
) -> None:
    begin = "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n"
    metadata = "metadata: {name: %s, namespace: shop}\n"
    several = [("deny", "{podSelector: {}}"), ("other", spec)]
    policies = "".join(f"{begin}{metadata % name}spec: {told}\n" for name, told in several)
    (tmp_path / "it.yaml").write_text(SPACE + policies)
    said = judge_all(read_code(tmp_path).snapshot, own_checks(["k8s-namespace-network-policy"]))
    assert [str(one.verdict.outcome) for one in said] == [expected]
