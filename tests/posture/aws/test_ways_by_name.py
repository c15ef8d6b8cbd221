"""APIs and distributions before what runs and what is kept; each reads a bucket of its name."""

from typing import Any

from tests.posture.aws.conftest import REGION, Account
from tests.posture.aws.people import ACCOUNT, document
from tests.posture.aws.ways import (
    READING,
    Scene,
    forward,
    sentences,
    standings,
    walked,
    walked_in,
    without,
)

WORLD = "0.0.0.0/0"


def _rest(scene: Scene, name: str, *paths: tuple[str, str, str, str], **more: Any) -> str:
    """A REST API with paths, each with what it asks for, where it leads and as whom."""
    api = scene.client("apigateway")
    made: str = api.create_rest_api(name=name, **more)["id"]
    (root,) = api.get_resources(restApiId=made)["items"]
    for path, asks, uri, role in paths:
        resource = api.create_resource(restApiId=made, parentId=root["id"], pathPart=path)["id"]
        at = {"restApiId": made, "resourceId": resource, "httpMethod": "GET"}
        api.put_method(**at, authorizationType=asks)
        api.put_integration(
            **at,
            type="AWS_PROXY" if ":lambda:" in uri else "AWS",
            integrationHttpMethod="POST",
            uri=uri,
            **({"credentials": role} if role else {}),
        )
    return made


def _asks(function: str) -> str:
    begin = f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/"
    return f"{begin}{function}/invocations"


def _of_api(api: str, called: str) -> str:
    return f"arn:aws:execute-api:{REGION}:{ACCOUNT}:{api}/{called}"


def test_a_rest_api_leads_to_the_functions_of_what_asks_nobody(account: Account) -> None:
    scene = Scene(account)
    functions = {name: _asks(scene.function(name)) for name in ("open", "signed", "unlet", "draft")}
    proxy = f"arn:aws:apigateway:{REGION}:s3:path/x"
    role = scene.bucket("proxied", "apigateway")
    api = _rest(
        scene,
        "shop",
        ("open", "NONE", functions["open"], ""),
        ("signed", "AWS_IAM", functions["signed"], ""),
        ("unlet", "NONE", functions["unlet"], ""),
        ("proxied", "NONE", proxy, role),
    )
    scene.client("apigateway").create_deployment(restApiId=api, stageName="prod")
    scene.may_call("open", "apigateway", _of_api(api, "*/GET/open"))
    scene.may_call("signed", "apigateway", _of_api(api, "*/GET/signed"))
    scene.may_call("unlet", "apigateway", _of_api(api, "*/POST/unlet"))
    draft = _rest(scene, "draft", ("draft", "NONE", functions["draft"], ""))
    scene.may_call("draft", "apigateway", _of_api(draft, "*/*/*"))
    whole = account.read(READING)
    told = walked_in(whole)
    assert standings(told) == {
        "open": "reached",
        "signed": "no way",
        "unlet": "no way",
        "draft": "no way",
        "proxied": "perhaps",
    }
    assert sentences(told, "open")[:2] == [
        "the API shop asks nobody who calls GET /open, GET /unlet, GET /proxied",
        "shop hands GET /open to the function open",
    ]
    for call in ("apigateway:GetRestApis", "apigateway:GetResources", "apigateway:GetStages"):
        assert standings(walked_in(without(whole, call)))["open"] == "not known", call


def test_a_rest_api_with_a_policy_or_no_address_of_its_own(account: Account) -> None:
    scene = Scene(account)
    everybody = {"Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke"}
    few = {"IpAddress": {"aws:SourceIp": "52.1.2.0/24"}}
    several: dict[str, dict[str, Any]] = {
        "private": {"endpointConfiguration": {"types": ["PRIVATE"]}},
        "few": {"policy": document(everybody | {"Resource": "*", "Condition": few})},
        "all": {"policy": document(everybody | {"Resource": "*"})},
        "off": {"disableExecuteApiEndpoint": True},
    }
    for name, more in several.items():
        api = _rest(scene, name, ("x", "NONE", _asks(scene.function(name)), ""), **more)
        scene.client("apigateway").create_deployment(restApiId=api, stageName="prod")
        scene.may_call(name, "apigateway", _of_api(api, "*"))
    expected = {"private": "no way", "few": "no way", "all": "reached", "off": "no way"}
    assert standings(walked(account)) == expected
    scene.client("apigateway").create_domain_name(domainName="api.example.com")
    assert standings(walked(account)) == expected | {"off": "perhaps"}


def _http(
    scene: Scene, name: str, *routes: tuple[str, str, dict[str, Any]], stage: bool = True
) -> str:
    api = scene.client("apigatewayv2")
    made: str = api.create_api(Name=name, ProtocolType="HTTP")["ApiId"]
    for key, asks, integration in routes:
        target = api.create_integration(ApiId=made, PayloadFormatVersion="2.0", **integration)
        api.create_route(
            ApiId=made,
            RouteKey=key,
            AuthorizationType=asks,
            Target=f"integrations/{target['IntegrationId']}",
        )
    if stage:
        api.create_stage(ApiId=made, StageName="$default")
    return made


def _proxy(uri: str, **more: str) -> dict[str, Any]:
    kind = "AWS_PROXY" if ":function:" in uri else "HTTP_PROXY"
    return {"IntegrationType": kind, "IntegrationUri": uri, **more}


def test_an_http_api_leads_to_functions_and_into_networks(account: Account) -> None:
    scene = Scene(account)
    api = _http(
        scene,
        "shop",
        ("GET /open", "NONE", _proxy(scene.function("open"))),
        ("GET /token", "JWT", _proxy(scene.function("token"))),
    )
    for name in ("open", "token"):
        scene.may_call(name, "apigateway", _of_api(api, "*/*"))
    inner_group = scene.group("inner", 80, "10.0.0.0/16")
    inner = scene.balancer("inner", inner_group, scheme="internal")
    behind = scene.group("behind", 8080, inner_group)
    machine = scene.instance("linked", behind)["InstanceId"]
    listener = scene.listener(inner, forward(scene.targets("web", machine)))
    linked = _proxy(listener, ConnectionType="VPC_LINK", ConnectionId="link")
    _http(scene, "inner", ("$default", "NONE", linked))
    scene.client("ecs").create_cluster(clusterName="shop")
    scene.service("registered", scene.definition("registered"), behind)
    registry = f"arn:aws:servicediscovery:{REGION}:{ACCOUNT}:service/srv-1"
    real = account.client("ecs")

    def registered(arguments: dict[str, Any]) -> dict[str, Any]:
        told: dict[str, Any] = real.describe_services(**arguments)
        for one in told["services"]:
            one["serviceRegistries"] = [{"registryArn": registry}]
        return told

    account.answers["ecs:DescribeServices"] = registered
    discovered = _proxy(registry, ConnectionType="VPC_LINK", ConnectionId="link")
    _http(scene, "found", ("$default", "NONE", discovered))
    _http(scene, "draft", ("$default", "NONE", _proxy(scene.function("draft"))), stage=False)
    whole = account.read(READING)
    told = walked_in(whole)
    assert standings(told) == {
        "open": "reached",
        "token": "no way",
        "linked": "reached",
        "registered": "reached",
        "draft": "no way",
    }
    assert sentences(told, "linked")[1] == "inner hands $default to the load balancer inner"
    for call in ("apigatewayv2:GetRoutes", "apigatewayv2:GetIntegrations"):
        assert standings(walked_in(without(whole, call)))["open"] == "not known", call


def test_a_rest_api_reaches_into_a_network_over_a_link(account: Account) -> None:
    scene = Scene(account)
    own = "10.0.0.0/16"
    inner = scene.balancer("inner", kind="network", scheme="internal")
    machine = scene.instance("linked", scene.group("behind", 8080, WORLD))["InstanceId"]
    beside = scene.instance("beside", scene.group("beside", 8080, own))["InstanceId"]
    for port, name, target in ((8443, "linked", machine), (9443, "beside", beside)):
        group = scene.targets(name, target, protocol="TCP")
        scene.listener(inner, forward(group), port=port, protocol="TCP")
    api = scene.client("apigateway")
    link = api.create_vpc_link(name="link", targetArns=[inner])["id"]
    made = api.create_rest_api(name="shop")["id"]
    (root,) = api.get_resources(restApiId=made)["items"]
    at = {"restApiId": made, "resourceId": root["id"], "httpMethod": "ANY"}
    api.put_method(**at, authorizationType="NONE")
    api.put_integration(
        **at,
        type="HTTP_PROXY",
        integrationHttpMethod="ANY",
        uri="http://inner.example.com:8443/",
        connectionType="VPC_LINK",
        connectionId=link,
    )
    api.create_deployment(restApiId=made, stageName="prod")
    assert standings(walked(account)) == {"linked": "not known", "beside": "not known"}

    def linked(arguments: dict[str, Any]) -> dict[str, Any]:
        told: dict[str, Any] = api.get_resources(**arguments)
        for one in told["items"]:
            one["resourceMethods"]["ANY"]["methodIntegration"]["connectionId"] = link
        return told

    account.answers["apigateway:GetResources"] = linked
    whole = account.read(READING)
    assert standings(walked_in(whole)) == {"linked": "reached", "beside": "no way"}
    blind = standings(walked_in(without(whole, "apigateway:GetVpcLinks")))
    assert blind == {"linked": "not known", "beside": "not known"}


def _distribution(
    scene: Scene, name: str, origin: dict[str, Any], *, is_on: bool = True, **behavior: Any
) -> str:
    plain = {
        "TargetOriginId": "o",
        "ViewerProtocolPolicy": "https-only",
        "ForwardedValues": {"QueryString": False, "Cookies": {"Forward": "none"}},
        "MinTTL": 0,
    }
    made: str = scene.client("cloudfront").create_distribution(
        DistributionConfig={
            "CallerReference": name,
            "Comment": name,
            "Enabled": is_on,
            "Origins": {"Quantity": 1, "Items": [{"Id": "o"} | origin]},
            "DefaultCacheBehavior": plain | behavior,
        }
    )["Distribution"]["ARN"]
    return made


def _custom(domain: str, policy: str = "http-only") -> dict[str, Any]:
    ports = {"HTTPPort": 80, "HTTPSPort": 443}
    return {"DomainName": domain, "CustomOriginConfig": ports | {"OriginProtocolPolicy": policy}}


def test_a_distribution_leads_to_balancers_that_know_it_alone_and_to_buckets(
    account: Account,
) -> None:
    scene = Scene(account)
    group = scene.group("edge", 80, "10.0.0.0/8")
    elb = scene.client("elbv2")
    names = scene.client("route53")
    zone = names.create_hosted_zone(Name="example.com", CallerReference="a")["HostedZone"]["Id"]
    several = (("served", "http-only"), ("unserved", "https-only"), ("named", "http-only"))
    for name, policy in several:
        balancer = scene.balancer(name, group)
        machine = scene.instance(name, scene.group(name, 8080, group))["InstanceId"]
        scene.listener(balancer, forward(scene.targets(name, machine)))
        about = elb.describe_load_balancers(LoadBalancerArns=[balancer])["LoadBalancers"][0]
        domain = about["DNSName"]
        if name == "named":
            record = {"Name": "origin.example.com", "Type": "CNAME", "TTL": 60}
            record |= {"ResourceRecords": [{"Value": f"{domain}."}]}
            change = {"Action": "CREATE", "ResourceRecordSet": record}
            names.change_resource_record_sets(HostedZoneId=zone, ChangeBatch={"Changes": [change]})
            domain = "origin.example.com"
        _distribution(scene, name, _custom(domain, policy))
    by_service = {
        "Effect": "Allow",
        "Principal": {"Service": "cloudfront.amazonaws.com"},
        "Action": "s3:GetObject",
    }
    signed = {"TrustedKeyGroups": {"Enabled": True, "Quantity": 1, "Items": ["k"]}}
    for name, is_known, more in (
        ("site", True, {}),
        ("stranger", False, {}),
        ("signed", True, signed),
        ("off", True, {"is_on": False}),
    ):
        scene.client("s3").create_bucket(
            Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION}
        )
        origin = {
            "DomainName": f"{name}.s3.{REGION}.amazonaws.com",
            "OriginAccessControlId": "E1",
            "S3OriginConfig": {"OriginAccessIdentity": ""},
        }
        arn = _distribution(scene, name, origin, **more)
        known = {"StringEquals": {"AWS:SourceArn": arn if is_known else f"{arn}0"}}
        statement = by_service | {"Resource": f"arn:aws:s3:::{name}/*", "Condition": known}
        scene.client("s3").put_bucket_policy(Bucket=name, Policy=document(statement))
    real = account.client("cloudfront")

    def controlled(arguments: dict[str, Any]) -> dict[str, Any]:
        told: dict[str, Any] = real.get_distribution_config(**arguments)
        for one in told["DistributionConfig"]["Origins"]["Items"]:
            one["OriginAccessControlId"] = "E1"
        return told

    account.answers["cloudfront:GetDistributionConfig"] = controlled
    whole = account.read(READING)
    told = walked_in(whole)
    assert standings(told) == {
        "served": "reached",
        "unserved": "no way",
        "named": "reached",
        "site": "reached",
        "stranger": "no way",
        "signed": "no way",
        "off": "no way",
    }
    assert (
        sentences(told, "site")[1] == "E1 serves"
        or "serves what is in the bucket site" in (sentences(told, "site")[1])
    )
    blind = standings(walked_in(without(whole, "cloudfront:GetDistributionConfig")))
    assert set(blind.values()) == {"not known"}
    blind = standings(walked_in(without(whole, "s3:GetBucketPolicy")))
    assert blind["site"] == "perhaps"
    blind = standings(walked_in(without(whole, "route53:ListResourceRecordSets")))
    assert blind["named"] == blind["unserved"] == "not known"
