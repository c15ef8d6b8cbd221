"""What Terraform gives to Kubernetes is judged as manifests are, with the provider's own ways."""

import json
from pathlib import Path

import pytest

from ringwall.core.observations import State
from ringwall.posture.checking.finding import own_checks
from ringwall.posture.code.scanning import Code, read_code
from ringwall.posture.judging import judge_all
from ringwall.posture.snapshot.snapshot import Seen

DEPLOYMENT = """
resource "kubernetes_namespace" "shop" {
  metadata { name = "shop" }
}

resource "kubernetes_deployment_v1" "web" {
  metadata {
    name      = "web"
    namespace = kubernetes_namespace.shop.metadata[0].name
    labels    = { some_app = "web" }
  }
  spec {
    selector { match_labels = { app = "web" } }
    template {
      metadata { labels = { app = "web" } }
      spec {
        host_pid = true
        HOST
        container {
          name  = "app"
          image = "shop:1.0"
          CONTAINER
        }
      }
    }
  }
}
"""


def read(folder: Path, text: str) -> Code:
    """What a file of Terraform comes to."""
    (folder / "main.tf").write_text(text)
    return read_code(folder)


def deployment(folder: Path, container: str = "", host: str = "") -> Code:
    """A deployment with this in its container, and this in its pod."""
    return read(folder, DEPLOYMENT.replace("CONTAINER", container).replace("HOST", host))


def only(code: Code, kind: str) -> Seen:
    """The only component of a kind."""
    (found,) = code.snapshot.of_kind(kind)
    return found


def verdicts(code: Code, kind: str) -> dict[str, str]:
    """What each check says of the only component of a kind."""
    wanted = only(code, kind).found.id
    several = judge_all(code.snapshot, own_checks())
    return {one.check: str(one.verdict.outcome) for one in several if one.component == wanted}


def test_blocks_are_the_manifest_that_they_make(tmp_path: Path) -> None:
    code = deployment(tmp_path, 'security_context {\n capabilities { add = ["SYS_ADMIN"] }\n}')
    web = only(code, "k8s-workload")
    assert web.found.name == "terraform:main.tf:kubernetes_deployment_v1.web"
    assert web.found.label == "Deployment shop/web"
    assert dict(web.found.tags) == {"some_app": "web"}
    assert str(web.place) == "main.tf:6"
    spec = web.aspects["pod"].value["spec"]
    assert spec["hostPID"] is True
    (container,) = spec["containers"]
    assert container["securityContext"]["capabilities"] == {"add": ["SYS_ADMIN"]}
    said = verdicts(code, "k8s-workload")
    assert said["k8s-pod-host-processes"] == "fail"
    assert said["k8s-container-capabilities-added"] == "fail"
    assert said["k8s-container-privileged"] == "pass"
    assert not code.unmapped
    assert not code.remarks


def test_a_token_is_mounted_unless_the_pod_itself_says_not(tmp_path: Path) -> None:
    account = """
resource "kubernetes_service_account_v1" "default" {
  metadata {
    name      = "default"
    namespace = "shop"
  }
  automount_service_account_token = false
}
"""
    text = DEPLOYMENT.replace("CONTAINER", "")
    assert verdicts(read(tmp_path, text.replace("HOST", "") + account), "k8s-workload")[
        "k8s-pod-token"
    ] == ("fail")
    off = text.replace("HOST", 'automount_service_account_token = "false"')
    assert verdicts(read(tmp_path, off), "k8s-workload")["k8s-pod-token"] == "pass"


def test_an_account_hands_out_tokens_by_default(tmp_path: Path) -> None:
    code = read(
        tmp_path,
        'resource "kubernetes_default_service_account" "it" {\n metadata { namespace = "shop" }\n}',
    )
    it = only(code, "k8s-service-account")
    assert it.found.label == "ServiceAccount shop/default"
    assert it.aspects["manifest"].value["automountServiceAccountToken"] is True


@pytest.mark.parametrize(
    ("container", "outcome"),
    [
        ("", "pass"),
        ("security_context {\n read_only_root_filesystem = true\n}", "fail"),
        ('security_context {\n run_as_user = "1000"\n}', "pass"),
        ("security_context {\n run_as_non_root = var.root\n}", "unknown"),
    ],
)
def test_a_container_s_own_context_outweighs_its_pod_s(
    tmp_path: Path, container: str, outcome: str
) -> None:
    host = "security_context {\n run_as_non_root = true\n }"
    (tmp_path / "variables.tf").write_text('variable "root" {}\n')
    code = deployment(tmp_path, container, host)
    assert verdicts(code, "k8s-workload")["k8s-container-root"] == outcome


@pytest.mark.parametrize(
    ("variable", "outcome"),
    [
        ('value = "hunter2hunter2"', "fail"),
        ("value = var.given", "unknown"),
        ('value_from {\n secret_key_ref {\n name = "db"\n key = "it"\n }\n }', "pass"),
    ],
)
def test_secrets_in_the_environment(tmp_path: Path, variable: str, outcome: str) -> None:
    (tmp_path / "variables.tf").write_text('variable "given" {}\n')
    code = deployment(tmp_path, f'env {{\n name = "DB_PASSWORD"\n {variable}\n}}')
    assert verdicts(code, "k8s-workload")["k8s-container-secret-written"] == outcome


@pytest.mark.parametrize(
    ("data", "outcome"),
    [
        ('data = { password = "hunter2" }', "fail"),
        ("data = { some = var.default }", "fail"),
        ("data = { password = var.given }", "pass"),
        ("data = { password = random_password.it.result }", "pass"),
        ('data = { url = "postgres://shop:${var.given}@db/shop" }', "pass"),
        ('data = { url = "postgres://shop:hunter2@${var.given}/shop" }', "fail"),
        ('binary_data = { password = "aHVudGVyMg==" }', "fail"),
        ("data = { password = module.far.password }", "unknown"),
    ],
)
def test_a_secret_is_written_as_it_is(tmp_path: Path, data: str, outcome: str) -> None:
    (tmp_path / "variables.tf").write_text(
        'variable "given" {}\nvariable "default" {\n default = "ghp_1234567890abcdefABCDEF12345678"'
        '\n}\nresource "random_password" "it" {\n length = 9\n}\n'
        'module "far" {\n source = "example/far/aws"\n}\n'
    )
    code = read(
        tmp_path,
        f'resource "kubernetes_secret" "it" {{\n metadata {{\n name = "it"\n }}\n {data}\n}}',
    )
    assert verdicts(code, "k8s-secret")["k8s-secret-written"] == outcome


POLICY = """
resource "kubernetes_network_policy_v1" "it" {
  COUNT
  metadata {
    name      = "it"
    namespace = NAMESPACE
  }
  spec {
    pod_selector {}
    policy_types = ["Ingress"]
    INGRESS
  }
}
resource "kubernetes_namespace_v1" "shop" {
  metadata { name = "shop" }
}
variable "some" {}
"""


@pytest.mark.parametrize(
    ("namespace", "ingress", "more", "outcome"),
    [
        ('"shop"', "", "", "pass"),
        ("kubernetes_namespace_v1.shop.metadata.0.name", "", "", "pass"),
        ('"shop"', "ingress {}", "", "fail"),
        ('"shop"', "ingress {\n from {\n pod_selector {}\n }\n }", "", "pass"),
        ('"bank"', "", "", "fail"),
        ("var.some", "", "", "unknown"),
        ('"bank"', "", 'resource "helm_release" "it" {\n name = "it"\n}', "unknown"),
    ],
)
def test_policies_of_a_namespace(
    tmp_path: Path, namespace: str, ingress: str, more: str, outcome: str
) -> None:
    text = POLICY.replace("NAMESPACE", namespace).replace("INGRESS", ingress).replace("COUNT", "")
    code = read(tmp_path, text + more)
    assert verdicts(code, "k8s-namespace")["k8s-namespace-network-policy"] == outcome


def test_a_policy_that_may_not_be_there_protects_nobody_for_certain(tmp_path: Path) -> None:
    text = POLICY.replace("NAMESPACE", '"shop"').replace("INGRESS", "")
    code = read(tmp_path, text.replace("COUNT", "count = var.some"))
    assert verdicts(code, "k8s-namespace")["k8s-namespace-network-policy"] == "unknown"


@pytest.mark.parametrize(
    ("kind", "name", "labels", "outcome"),
    [
        ('"Namespace"', '"shop"', '{ "pod-security.kubernetes.io/enforce" = "baseline" }', "pass"),
        ('"Namespace"', '"shop"', '{ "pod-security.kubernetes.io/enforce" = var.it }', "unknown"),
        ('"Namespace"', '"bank"', '{ "pod-security.kubernetes.io/enforce" = "baseline" }', "fail"),
        (
            '"Namespace"',
            "var.it",
            '{ "pod-security.kubernetes.io/enforce" = "baseline" }',
            "unknown",
        ),
        ('"Node"', '"shop"', '{ "pod-security.kubernetes.io/enforce" = "baseline" }', "fail"),
    ],
)
def test_labels_may_be_given_to_a_namespace_by_another_resource(
    tmp_path: Path, kind: str, name: str, labels: str, outcome: str
) -> None:
    code = read(
        tmp_path,
        f"""
variable "it" {{}}
resource "kubernetes_namespace" "shop" {{
  metadata {{ name = "shop" }}
}}
resource "kubernetes_labels" "it" {{
  api_version = "v1"
  kind        = {kind}
  metadata {{ name = {name} }}
  labels = {labels}
}}
""",
    )
    assert verdicts(code, "k8s-namespace")["k8s-namespace-pod-security"] == outcome
    assert not code.unmapped


def test_roles_and_bindings(tmp_path: Path) -> None:
    code = read(
        tmp_path,
        """
resource "kubernetes_cluster_role_v1" "all" {
  metadata { name = "all" }
  rule {
    api_groups = ["*"]
    resources  = ["*"]
    verbs      = ["*"]
  }
}
resource "kubernetes_cluster_role_binding" "all" {
  metadata { name = "all" }
  role_ref {
    api_group = "rbac.authorization.k8s.io"
    kind      = "ClusterRole"
    name      = "cluster-admin"
  }
  subject {
    kind = "Group"
    name = "system:unauthenticated"
  }
}
""",
    )
    assert verdicts(code, "k8s-role")["k8s-role-wildcard"] == "fail"
    said = verdicts(code, "k8s-role-binding")
    assert said["k8s-role-binding-administrator"] == "fail"
    assert said["k8s-role-binding-anonymous"] == "fail"


def test_services_and_jobs(tmp_path: Path) -> None:
    code = read(
        tmp_path,
        """
resource "kubernetes_service" "it" {
  metadata { generate_name = "it-" }
  spec {
    type         = "LoadBalancer"
    external_ips = ["198.51.100.7"]
    port { port = 80 }
  }
}
resource "kubernetes_cron_job_v1" "it" {
  metadata { name = "it" }
  spec {
    schedule = "0 1 * * *"
    job_template {
      metadata {}
      spec {
        template {
          metadata {}
          spec {
            dynamic "container" {
              for_each = ["one"]
              content {
                name  = container.value
                image = "shop"
                security_context { privileged = true }
              }
            }
            volume {
              name = "docker"
              host_path { path = "/var/run/docker.sock" }
            }
          }
        }
      }
    }
  }
}
""",
    )
    said = verdicts(code, "k8s-service")
    assert said["k8s-service-external-addresses"] == said["k8s-service-sources"] == "fail"
    said = verdicts(code, "k8s-workload")
    assert said["k8s-container-privileged"] == said["k8s-pod-runtime-socket"] == "fail"


def test_manifests_within_terraform(tmp_path: Path) -> None:
    code = read(
        tmp_path,
        """
variable "some" {}
resource "kubernetes_manifest" "role" {
  manifest = {
    apiVersion = "rbac.authorization.k8s.io/v1"
    kind       = "Role"
    metadata   = { name = "it", namespace = "shop" }
    rules      = [{ apiGroups = [""], resources = ["pods/exec"], verbs = ["create"] }]
  }
}
resource "kubernetes_manifest" "cilium" {
  manifest = { apiVersion = "cilium.io/v2", kind = "CiliumNetworkPolicy", metadata = {} }
}
resource "kubernetes_manifest" "given" {
  manifest = var.some
}
""",
    )
    assert only(code, "k8s-role").found.label == "Role shop/it"
    assert verdicts(code, "k8s-role")["k8s-role-exec"] == "fail"
    assert code.unmapped == {"cilium.io/v2/CiliumNetworkPolicy": 1, "kubernetes_manifest": 1}


def test_what_has_not_the_form_is_said_and_not_known(tmp_path: Path) -> None:
    code = deployment(tmp_path, 'security_context {\n privileged = "perhaps"\n}')
    (remark,) = code.remarks
    assert str(remark.place) == "main.tf:6"
    assert "privileged is a text, where true or false belongs" in remark.why
    assert verdicts(code, "k8s-workload")["k8s-container-privileged"] == "unknown"


def test_a_plan_says_the_same(tmp_path: Path) -> None:
    values = {
        "metadata": [{"name": "it", "namespace": "shop", "labels": None, "generate_name": None}],
        "spec": [
            {
                "host_network": True,
                "host_pid": False,
                "automount_service_account_token": False,
                "container": [
                    {
                        "name": "it",
                        "image": "shop:1",
                        "env": [],
                        "security_context": [
                            {"run_as_user": "", "run_as_non_root": None, "privileged": None}
                        ],
                    }
                ],
                "volume": [],
                "security_context": [{"run_as_non_root": True, "run_as_user": None}],
            }
        ],
    }
    one = {
        "address": "kubernetes_pod.it",
        "mode": "managed",
        "type": "kubernetes_pod",
        "name": "it",
        "values": values,
    }
    plan = {
        "format_version": "1.2",
        "terraform_version": "1.9.0",
        "planned_values": {"root_module": {"resources": [one]}},
    }
    (tmp_path / "plan.json").write_text(json.dumps(plan))
    code = read_code(tmp_path)
    said = verdicts(code, "k8s-workload")
    assert said["k8s-pod-host-network"] == "fail"
    assert said["k8s-pod-token"] == said["k8s-pod-host-processes"] == "pass"
    assert said["k8s-container-root"] == "fail"


def test_a_pod_without_containers_that_are_known_is_not_judged(tmp_path: Path) -> None:
    code = read(
        tmp_path,
        'variable "it" {}\nresource "kubernetes_pod" "it" {\n metadata {\n name = "it"\n }\n'
        ' dynamic "spec" {\n for_each = var.it\n content {\n host_pid = true\n }\n }\n}\n',
    )
    assert only(code, "k8s-workload").aspects["pod"].state is State.ERROR
