// Drives openid-client. Each line of input is one step as JSON, each line of output its outcome.
import * as client from "openid-client";
import { createInterface } from "node:readline";

let configuration, verifier, tokens, device;

const steps = {
  async discover({ issuer, client_id, secret, key }) {
    const way = key
      ? client.PrivateKeyJwt(await imported(key))
      : secret
        ? client.ClientSecretBasic(secret)
        : client.None();
    configuration = await client.discovery(new URL(issuer), client_id, undefined, way);
    return configuration.serverMetadata();
  },
  async start({ redirect_uri, scope, more }) {
    verifier = client.randomPKCECodeVerifier();
    const url = client.buildAuthorizationUrl(configuration, {
      redirect_uri,
      scope,
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: "S256",
      state: "a-state",
      nonce: "a-nonce",
      ...more,
    });
    return { url: url.href };
  },
  async finish({ url }) {
    tokens = await client.authorizationCodeGrant(configuration, new URL(url), {
      pkceCodeVerifier: verifier,
      expectedState: "a-state",
      expectedNonce: "a-nonce",
      idTokenExpected: true,
    });
    return { claims: tokens.claims(), ...tokens };
  },
  async userinfo() {
    return client.fetchUserInfo(configuration, tokens.access_token, tokens.claims().sub);
  },
  async refresh() {
    const before = tokens.refresh_token;
    tokens = await client.refreshTokenGrant(configuration, before);
    return { rotated: tokens.refresh_token !== before, ...tokens };
  },
  async introspect() {
    return client.tokenIntrospection(configuration, tokens.access_token);
  },
  async revoke() {
    await client.tokenRevocation(configuration, tokens.refresh_token);
    return {};
  },
  async itself({ scope, resource }) {
    const parameters = resource ? { scope, resource } : { scope };
    tokens = await client.clientCredentialsGrant(configuration, parameters);
    return { ...tokens };
  },
  async device({ scope }) {
    device = await client.initiateDeviceAuthorization(configuration, { scope });
    return device;
  },
  async poll() {
    tokens = await client.pollDeviceAuthorizationGrant(configuration, { ...device, interval: 1 });
    return { claims: tokens.claims(), ...tokens };
  },
  async logout({ id_token, uri }) {
    const url = client.buildEndSessionUrl(configuration, {
      id_token_hint: id_token,
      post_logout_redirect_uri: uri,
      state: "bye",
    });
    return { url: url.href };
  },
};

function imported(jwk) {
  const algorithm = { name: "ECDSA", namedCurve: "P-256" };
  return crypto.subtle.importKey("jwk", jwk, algorithm, false, ["sign"]);
}

for await (const line of createInterface({ input: process.stdin })) {
  const { step, ...rest } = JSON.parse(line);
  let told;
  try {
    told = { done: await steps[step](rest) };
  } catch (error) {
    told = { error: error.error ?? error.cause?.message ?? error.message };
  }
  process.stdout.write(JSON.stringify(told) + "\n");
}
