"""What an OpenAPI definition makes of an API: its paths, and who is asked there.

By docs.aws.amazon.com/apigateway/latest/developerguide (extensions to OpenAPI).
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from ringwall.posture.code.documents import documents
from ringwall.posture.code.reading import CodeError
from ringwall.posture.code.terraform.values import ExpressionError, from_json
from ringwall.posture.snapshot.partial import Unknown

_METHODS: Final = frozenset({"get", "put", "post", "delete", "options", "head", "patch"})
_ANY: Final = "x-amazon-apigateway-any-method"
_TYPE: Final = "x-amazon-apigateway-authtype"
_BY: Final = "x-amazon-apigateway-authorizer"
_POLICY: Final = "x-amazon-apigateway-policy"
_AUTH: Final = "x-amazon-apigateway-auth"


def operations(body: Any) -> Any:
    """Path, method and what asks there (AWS's names) of each; or what is not known of it all."""
    told = _read(body)
    if isinstance(told, Unknown):
        return told
    paths = told.get("paths")
    if paths is None or isinstance(paths, Unknown):
        return paths or []
    if not isinstance(paths, Mapping):
        return Unknown("the definition of the API has no paths")
    return list(_operations(told, paths))


def policy_in(body: Any) -> Any:
    """The policy of the API that a definition has; ``None`` where it has none."""
    told = _read(body)
    return told if isinstance(told, Unknown) else told.get(_POLICY)


def _read(body: Any) -> Any:
    try:
        told = from_json(body)
    except ExpressionError:
        try:
            told = next((one.value for one in documents(body, "the definition")), None)
        except CodeError as error:
            return Unknown(f"the definition of the API cannot be read: {error.why}")
    if isinstance(told, Unknown | Mapping):
        return told
    return Unknown("the definition of the API is no object")


def _operations(told: Mapping[str, Any], paths: Mapping[str, Any]) -> Iterator[Any]:
    for path, several in paths.items():
        if not isinstance(several, Mapping):
            why = several.why if isinstance(several, Unknown) else f"{path} is no object"
            yield str(path), "ANY", {"authorizationType": Unknown(why)}
            continue
        if "$ref" in several:
            why = f"what {path} takes over is not read"
            yield str(path), "ANY", {"authorizationType": Unknown(why)}
        for name, one in several.items():
            if str(name).lower() in _METHODS or name == _ANY:
                method = "ANY" if name == _ANY else str(name).upper()
                yield str(path), method, _asked(told, one)


def _asked(told: Mapping[str, Any], one: Any) -> dict[str, Any]:
    if not isinstance(one, Mapping):
        why = one.why if isinstance(one, Unknown) else "a method is no object"
        return {"authorizationType": Unknown(why)}
    auth = one.get(_AUTH)
    if isinstance(auth, Mapping) and auth.get("type") is not None:
        kind = auth["type"]
        return {"authorizationType": kind.upper() if isinstance(kind, str) else kind}
    security = one.get("security")
    if security is None:
        if told.get("security"):
            why = "whether what is asked of all counts here depends on the kind of API"
            return {"authorizationType": Unknown(why)}
        return {"authorizationType": "NONE"}
    if isinstance(security, Unknown):
        return {"authorizationType": security}
    several = security if isinstance(security, list) else []
    if any(isinstance(each, Unknown) for each in several):
        return {"authorizationType": next(each for each in several if isinstance(each, Unknown))}
    names = [str(name) for each in several if isinstance(each, Mapping) for name in each]
    made: dict[str, Any] = {"authorizationType": "NONE"}
    for name in names:
        made |= _scheme(told, name)
    return made


def _scheme(told: Mapping[str, Any], name: str) -> dict[str, Any]:
    components = told.get("components")
    inner = components.get("securitySchemes") if isinstance(components, Mapping) else components
    for schemes in (inner, told.get("securityDefinitions")):
        scheme = schemes.get(name) if isinstance(schemes, Mapping) else schemes
        if isinstance(scheme, Unknown):
            return {"authorizationType": scheme}
        if not isinstance(scheme, Mapping):
            continue
        if scheme.get(_BY) or scheme.get(_TYPE):
            is_iam = str(scheme.get(_TYPE)).lower() == "awssigv4"
            return {"authorizationType": "AWS_IAM" if is_iam else "CUSTOM"}
        if scheme.get("type") == "apiKey" and str(scheme.get("name")).lower() == "x-api-key":
            return {"apiKeyRequired": True}
        return {}
    return {"authorizationType": Unknown(f"how {name} asks is not in the definition")}
