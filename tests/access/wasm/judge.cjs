// Answers questions on standard input, one JSON object a line, with Cedar's engine in WebAssembly.
//
// {"world": name, "policies": {id: text}, "schema": text} makes a policy set known, to be asked
// {"world": name, "calls": [{principal, action, resource, context, entities}]}.
"use strict";

const { createInterface } = require("node:readline");
const { createRequire } = require("node:module");
const { join } = require("node:path");

const cedar = createRequire(join(process.argv[2], "package.json"))("@cedar-policy/cedar-wasm/nodejs");

function required(answer, what) {
  if (answer.type !== "success") {
    throw new Error(`${what}: ${JSON.stringify(answer)}`);
  }
  return answer;
}

function learn({ world, policies, schema }) {
  required(cedar.preparsePolicySet(world, { staticPolicies: policies }), "policies");
  required(cedar.preparseSchema(world, schema), "schema");
  return {};
}

function judge(world, call) {
  const answer = cedar.statefulIsAuthorized({
    ...call,
    preparsedPolicySetId: world,
    preparsedSchemaName: world,
    validateRequest: true,
  });
  const { decision, diagnostics } = required(answer, "request").response;
  if (diagnostics.errors.length > 0) {
    throw new Error(JSON.stringify(diagnostics.errors));
  }
  return { allowed: decision === "allow", policies: [...diagnostics.reason].sort() };
}

createInterface({ input: process.stdin }).on("line", (line) => {
  const asked = JSON.parse(line);
  let told;
  try {
    told = asked.policies
      ? learn(asked)
      : { decisions: asked.calls.map((call) => judge(asked.world, call)) };
  } catch (error) {
    told = { error: String(error.message ?? error) };
  }
  process.stdout.write(`${JSON.stringify(told)}\n`);
});
