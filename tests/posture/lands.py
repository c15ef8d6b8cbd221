"""Accounts made by chance, and what is changed in them as a hop that is to go says."""

import copy
from collections.abc import Iterable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from tests.posture.test_across import FRONT, VAULT, Parts, read_of

from ringwall.core.observations import Observation, State
from ringwall.posture.across import Land, land_of
from ringwall.posture.attacks import Attacks, assets_of, attacks
from ringwall.posture.checking import ABSENT
from ringwall.posture.permissions.paths import INTERNET, Hop
from ringwall.posture.snapshot.snapshot import LISTED, Snapshot

REGION = "eu-west-1"
NUMBERS = (FRONT, VAULT)
WORLD = [
    {"IpProtocol": "tcp", "FromPort": 0, "ToPort": 65535, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
]
Statement = dict[str, Any]


def nothing(number: str) -> Statement:
    """A statement that says nothing, in the place of one that went: the others keep theirs."""
    gone = {"Effect": "Deny", "Action": "sts:GetSessionToken", "Resource": "*"}
    return gone | {"Principal": {"AWS": f"arn:aws:iam::{number}:user/nobody"}}


@dataclass
class Made:
    """An account, as it is changed and read again."""

    number: str
    owned: dict[str, list[Statement]] = field(default_factory=dict)
    trusts: dict[str, list[Statement]] = field(default_factory=dict)
    policies: dict[str, list[Statement]] = field(default_factory=dict)
    functions: dict[str, str] = field(default_factory=dict)
    opened: set[str] = field(default_factory=set)
    instances: dict[str, str] = field(default_factory=dict)
    behind: dict[str, list[str]] = field(default_factory=dict)
    open_listeners: set[str] = field(default_factory=set)
    apis: dict[str, list[str]] = field(default_factory=dict)
    open_apis: set[str] = field(default_factory=set)
    secrets: dict[str, list[Statement]] = field(default_factory=dict)
    keys: dict[str, list[Statement]] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """The ARN of the key that its secrets are encrypted with."""
        return f"arn:aws:kms:{REGION}:{self.number}:key/k"

    def role(self, name: str) -> str:
        """The ARN of a role of this name."""
        return f"arn:aws:iam::{self.number}:role/{name}"

    def parts(self) -> list[Parts]:
        """All of it, as it would be read."""
        found = [self._roles(), self._buckets(), self._functions(), self._network(), self._apis()]
        found.append(self._secrets())
        return [one for several in found for one in several]

    def _roles(self) -> Iterable[Parts]:
        for arn, several in self.owned.items():
            name = arn.rpartition("/")[2]
            own = [
                {"PolicyName": f"p{at}-{name}", "PolicyDocument": {"Statement": [one]}}
                for at, one in enumerate(several)
            ]
            details = {
                "RoleName": name,
                "Arn": arn,
                "AssumeRolePolicyDocument": {"Statement": self.trusts[arn]},
                "RolePolicyList": own,
                "InstanceProfileList": [{"Arn": f"{arn}-profile"}],
            }
            yield {f"aws-iam-role/{arn}": {"details": details}}

    def _buckets(self) -> Iterable[Parts]:
        block = dict.fromkeys(("IgnorePublicAcls", "RestrictPublicBuckets"), True)
        for arn, several in self.policies.items():
            policy = {"Statement": several} if several else ABSENT
            yield {f"aws-s3-bucket/{arn}": {"policy": policy, "public_access_block": block}}

    def _secrets(self) -> Iterable[Parts]:
        for arn, several in self.secrets.items():
            policy = {"Statement": several} if several else ABSENT
            listed = {"KmsKeyId": self.key}
            yield {f"aws-secretsmanager-secret/{arn}": {"policy": policy, "listed": listed}}
        for arn, several in self.keys.items():
            yield {f"aws-kms-key/{arn}": {"policy": {"Statement": several}, "grants": []}}

    def _functions(self) -> Iterable[Parts]:
        for arn, role in self.functions.items():
            url = [{"FunctionUrl": f"https://{arn[-2:]}", "AuthType": "NONE"}]
            lets = {"Effect": "Allow", "Principal": {"Service": "apigateway.amazonaws.com"}}
            several = [lets | {"Action": "lambda:InvokeFunction", "Resource": arn}]
            urls = url if arn in self.opened else []
            if urls:
                everybody = {"Principal": "*", "Action": "lambda:InvokeFunctionUrl"}
                several.append(lets | everybody | {"Resource": arn})
            policy = {"Statement": several}
            about = {"listed": {"Role": role}, "urls": urls, "policy": policy}
            yield {f"aws-lambda-function/{arn}": about}

    def _network(self) -> Iterable[Parts]:
        place = {"SubnetId": "subnet-1", "VpcId": "vpc-1"}
        routes = [{"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-1"}]
        table = {"VpcId": "vpc-1", "Associations": [{"Main": True}], "Routes": routes}
        yield {"aws-ec2-route-table/t": {"listed": table}}
        yield {"aws-ec2-subnet/s": {"listed": place | {"CidrBlock": "10.0.0.0/24"}}}
        group = {"GroupId": "sg-in", "VpcId": "vpc-1", "IpPermissions": WORLD}
        yield {"aws-ec2-security-group/sg-in": {"listed": group}}
        for arn, role in self.instances.items():
            interface = place | {"Groups": [{"GroupId": "sg-in"}]}
            profile = {"IamInstanceProfile": {"Arn": f"{role}-profile"}} if role else {}
            yield {
                f"aws-ec2-instance/{arn}": {"listed": {"NetworkInterfaces": [interface], **profile}}
            }
        for name, targets in self.behind.items():
            yield self._balancer(name, targets, place)

    def _balancer(self, name: str, targets: list[str], place: dict[str, str]) -> Parts:
        begin = f"arn:aws:elasticloadbalancing:{REGION}:{self.number}"
        balancer, group = f"{begin}:loadbalancer/app/{name}/1", f"{begin}:targetgroup/{name}/1"
        rules = WORLD if name in self.open_listeners else []
        own = {"GroupId": f"sg-{name}", "VpcId": "vpc-1", "IpPermissions": rules}
        about = {
            "Scheme": "internet-facing",
            "Type": "application",
            "VpcId": "vpc-1",
            "SecurityGroups": [f"sg-{name}"],
            "AvailabilityZones": [place],
        }
        listener = {
            "LoadBalancerArn": balancer,
            "Port": 80,
            "DefaultActions": [{"Type": "forward", "TargetGroupArn": group}],
        }
        health = [{"Target": {"Id": one.rpartition("/")[2], "Port": 8080}} for one in targets]
        return {
            f"aws-ec2-security-group/sg-{name}": {"listed": own},
            f"aws-elbv2-load-balancer/{balancer}": {"listed": about},
            f"aws-elbv2-listener/{self.listener(name)}": {"listed": listener, "rules": []},
            f"aws-elbv2-target-group/{group}": {
                "listed": {"TargetType": "instance", "VpcId": "vpc-1"},
                "targets": health,
            },
        }

    def listener(self, name: str) -> str:
        """The ARN of the listener of a load balancer."""
        return f"arn:aws:elasticloadbalancing:{REGION}:{self.number}:listener/app/{name}/1/1"

    def _apis(self) -> Iterable[Parts]:
        for arn, targets in self.apis.items():
            asks = "NONE" if arn in self.open_apis else "JWT"
            routes = [
                {
                    "RouteKey": f"GET /{at}",
                    "AuthorizationType": asks,
                    "Target": f"integrations/{at}",
                }
                for at in range(len(targets))
            ]
            integrations = [
                {"IntegrationId": str(at), "IntegrationType": "AWS_PROXY", "IntegrationUri": target}
                for at, target in enumerate(targets)
            ]
            about = {"listed": {}, "routes": routes, "integrations": integrations}
            yield {f"aws-apigateway-api/{arn}": about, f"aws-apigateway-stage/{arn}/stages/x": {}}


def made_by(chance: Random) -> list[Made]:
    """Two accounts with a few of everything, tied together by chance."""
    lands = [_begun(number, chance) for number in NUMBERS]
    roles = [(land, arn) for land in lands for arn in land.owned]
    buckets = [(land, arn) for land in lands for arn in land.policies]
    for _ in range(chance.randint(2, 6)):
        (_, who), (land, target) = chance.choice(roles), chance.choice(roles)
        named = chance.choice((who, who.split(":")[4]))
        lets = {"Effect": "Allow", "Principal": {"AWS": named}, "Action": "sts:AssumeRole"}
        land.trusts[target].append(lets | _perhaps(chance))
        if chance.random() < 0.7:
            may = {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": target}
            _land_of(lands, who).owned[who].append(may | _perhaps(chance))
    for _ in range(chance.randint(1, 6)):
        (owner, who), (land, bucket) = chance.choice(roles), chance.choice(buckets)
        reads = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"{bucket}/*"}
        if chance.random() < 0.7:
            owner.owned[who].append(reads | _perhaps(chance))
        if chance.random() < 0.5:
            land.policies[bucket].append(reads | {"Principal": {"AWS": who}} | _perhaps(chance))
    if chance.random() < 0.3:
        owner, who = chance.choice(roles)
        owner.owned[who].append({"Effect": "Allow", "Action": "*", "Resource": "*"})
    _lock(lands, chance)
    return lands


def _lock(lands: list[Made], chance: Random) -> None:
    """Secrets with keys: some may read them, some may decrypt, and some both."""
    roles = [(land, arn) for land in lands for arn in land.owned]
    for land in lands:
        secret = f"arn:aws:secretsmanager:{REGION}:{land.number}:secret:s-{land.number}"
        land.secrets[secret] = []
        whole = {"Effect": "Allow", "Action": "kms:*", "Resource": "*"}
        left = whole | {"Principal": {"AWS": land.number}}
        land.keys[land.key] = [left] if chance.random() < 0.7 else [nothing(land.number)]
        for _ in range(chance.randint(1, 5)):
            owner, who = chance.choice(roles)
            reads = {"Effect": "Allow", "Action": "secretsmanager:GetSecretValue"}
            reads |= {"Resource": secret}
            opens = {"Effect": "Allow", "Resource": land.key}
            opens |= {"Action": chance.choice(("kms:Decrypt", "kms:CreateGrant"))}
            if chance.random() < 0.8:
                owner.owned[who].append(reads | _perhaps(chance))
            if chance.random() < 0.6:
                owner.owned[who].append(opens | _perhaps(chance))
            if chance.random() < 0.5:
                land.secrets[secret].append(reads | {"Principal": {"AWS": who}} | _perhaps(chance))
            if chance.random() < 0.5:
                land.keys[land.key].append(opens | {"Principal": {"AWS": who}} | _perhaps(chance))


def _perhaps(chance: Random) -> Statement:
    """A condition of which nobody knows whether it holds; now and then."""
    asks = {"Condition": {"StringEquals": {"aws:SourceVpce": "vpce-1"}}}
    return asks if chance.random() < 0.25 else {}


def _begun(number: str, chance: Random) -> Made:
    land = Made(number)
    for at in range(3):
        arn = land.role(f"r{at}-{number[0]}")
        service = ["lambda.amazonaws.com", "ec2.amazonaws.com"]
        lets = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
        land.owned[arn], land.trusts[arn] = [], [lets]
    for at in range(2):
        land.policies[f"arn:aws:s3:::b{at}-{number}"] = []
    roles = list(land.owned)
    for at in range(2):
        arn = f"arn:aws:lambda:{REGION}:{number}:function:f{at}"
        land.functions[arn] = chance.choice(roles)
        instance = f"arn:aws:ec2:{REGION}:{number}:instance/i-{at}"
        land.instances[instance] = chance.choice(roles)
        if chance.random() < 0.3:
            land.opened.add(arn)
    for at in range(2):
        several = [one for one in land.instances if chance.random() < 0.5]
        land.behind[f"l{at}"] = several
        land.apis[f"arn:aws:apigateway:{REGION}::/apis/a{at}-{number}"] = [
            one for one in land.functions if chance.random() < 0.5
        ]
    land.open_listeners = {one for one in land.behind if chance.random() < 0.5}
    land.open_apis = {one for one in land.apis if chance.random() < 0.5}
    return land


def _land_of(lands: Iterable[Made], arn: str) -> Made:
    return next(one for one in lands if f":{one.number}:" in arn)


def read(lands: Iterable[Made]) -> dict[str, Snapshot]:
    """What is read of these accounts."""
    return {one.number: read_of(one.number, *one.parts()) for one in lands}


def seen(lands: Iterable[Made]) -> dict[str, Attacks]:
    """The ways to all that is kept, by account."""
    return seen_in(read(lands))


def blinded(snapshots: dict[str, Snapshot], chance: Random) -> tuple[dict[str, Snapshot], str]:
    """The same where one read, or one listing, was denied; and which."""
    number = chance.choice(sorted(snapshots))
    snapshot = snapshots[number]
    listings = [scope.kind for scope, _ in snapshot.all_listings()]
    reads = [(one.found.id, aspect) for one in snapshot for aspect in one.aspects]
    denied = Observation(State.DENIED, why="access denied")
    if chance.random() < 0.4:
        there = [kind for kind in snapshot.kinds if kind in set(listings)]
        gone = chance.choice(there)
    else:
        gone = ""
    component, aspect = chance.choice(sorted(one for one in reads if one[1] != LISTED))
    made = Snapshot()
    for scope, told in snapshot.all_listings():
        made.note_listing(scope, denied if scope.kind == gone else told)
    for one in snapshot:
        if one.found.kind != gone:
            made.add(one.found).aspects.update(one.aspects)
    if not gone:
        made.note(component, aspect, denied)
    return snapshots | {number: made}, gone or f"{aspect} of {component}"


def seen_in(snapshots: dict[str, Snapshot]) -> dict[str, Attacks]:
    """The ways to all that is kept, by account, by what was read."""
    land: Land = land_of(snapshots)
    found = {}
    for number, snapshot in snapshots.items():
        kept = list(assets_of(snapshot, number, lambda _: ("confidential", "all is")))
        found[number] = attacks(snapshot, number, kept, land=land, most=50)
    return found


def without(lands: Iterable[Made], hops: Iterable[Hop]) -> list[Made]:
    """The same accounts when what these hops stand on is taken away, where they say it is."""
    left = copy.deepcopy(list(lands))
    for hop in hops:
        _take(left, hop)
    return left


def _take(lands: list[Made], hop: Hop) -> None:
    land = next(one for one in lands if one.number == hop.account)
    if hop.target in land.functions and hop.source == INTERNET:
        land.opened.discard(hop.target)
    elif hop.source == INTERNET and hop.target in land.apis:
        land.open_apis.discard(hop.target)
    elif hop.source == INTERNET:
        (name,) = [one for one in land.behind if land.listener(one) == hop.target]
        land.open_listeners.discard(name)
    elif hop.source in land.functions:
        land.functions[hop.source] = ""
    elif hop.source in land.instances:
        land.instances[hop.source] = ""
    elif hop.source in land.apis:
        several = [one for one in land.apis[hop.source] if one != hop.target]
        land.apis[hop.source] = several
    elif any(land.listener(one) == hop.source for one in land.behind):
        (name,) = [one for one in land.behind if land.listener(one) == hop.source]
        land.behind[name] = [one for one in land.behind[name] if one != hop.target]
    else:
        assert hop.by, f"nothing says by what {hop.how}"
        for said in hop.to_change:
            _strike(lands, said)


def _strike(lands: list[Made], said: str) -> None:
    """Have a statement say nothing, by how it is named: ``statement 1 of p0-r1``."""
    place, _, document = said.partition(" of ")
    number = int(place.split()[1]) - 1
    for land in lands:
        for arn, several in land.owned.items():
            for at in range(len(several)):
                if document == f"p{at}-{arn.rpartition('/')[2]}":
                    several[at] = _dead()
        for arn, several in land.trusts.items():
            if document == f"trust policy of {arn.rpartition('/')[2]}" and number < len(several):
                several[number] = nothing(land.number)
        for arn, several in (*land.policies.items(), *land.secrets.items()):
            if document == f"policy of {arn.rpartition(':')[2]}" and number < len(several):
                several[number] = nothing(land.number) | {"Resource": f"{arn}/*"}


def _dead() -> Statement:
    return {"Effect": "Deny", "Action": "sts:GetSessionToken", "Resource": "*"}
