// Passkeys (WebAuthn Level 3). A form says what it does by data-passkey:
//   sign-in  asks its own address for options, offers passkeys also in the mail address field
//   confirm  proves the person again; options stand in the element named by data-passkey-options
//   add      makes a new passkey; options as above
// Each has a hidden field `credential` that takes the answer as JSON, and is then sent.
"use strict";

{
  const fromBase64Url = (text) =>
    Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));

  const toBase64Url = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer)))
      .replace(/\+/g, "-")
      .replace(/\//g, "_")
      .replace(/=+$/, "");

  const withBytes = (descriptors) =>
    (descriptors || []).map((one) => ({ ...one, id: fromBase64Url(one.id) }));

  const creationOptions = (json) => ({
    ...json,
    challenge: fromBase64Url(json.challenge),
    user: { ...json.user, id: fromBase64Url(json.user.id) },
    excludeCredentials: withBytes(json.excludeCredentials),
    // Always one that signs in by itself.
    authenticatorSelection: {
      ...json.authenticatorSelection,
      residentKey: "required",
      requireResidentKey: true,
      userVerification: "required",
    },
  });

  const requestOptions = (json) => ({
    ...json,
    challenge: fromBase64Url(json.challenge),
    allowCredentials: withBytes(json.allowCredentials),
    userVerification: "required",
  });

  const asJson = (credential) => {
    const { response } = credential;
    const answer = { clientDataJSON: toBase64Url(response.clientDataJSON) };
    if (response.attestationObject) {
      answer.attestationObject = toBase64Url(response.attestationObject);
      answer.transports = response.getTransports ? response.getTransports() : [];
    } else {
      answer.authenticatorData = toBase64Url(response.authenticatorData);
      answer.signature = toBase64Url(response.signature);
      answer.userHandle = response.userHandle ? toBase64Url(response.userHandle) : null;
    }
    return JSON.stringify({
      id: credential.id,
      rawId: toBase64Url(credential.rawId),
      type: credential.type,
      authenticatorAttachment: credential.authenticatorAttachment || null,
      clientExtensionResults: credential.getClientExtensionResults(),
      response: answer,
    });
  };

  const REASONS = {
    NotAllowedError: "No passkey was used, or it took too long. Press the button to try again.",
    InvalidStateError:
      "This device has a passkey for this account already. Use that one, or add one on another device.",
    SecurityError:
      "Passkeys do not work at this address. Open the page by its proper name and over https.",
    NotSupportedError:
      "This device cannot make a passkey that we accept. Use another device or a security key.",
    ConstraintError:
      "This device cannot check that it is you. Set up its PIN, finger or face first, then try again.",
    UnreachableError: "The server did not answer. Check your connection and try again.",
  };

  class UnreachableError extends Error {
    name = "UnreachableError";
  }

  const trouble = document.querySelector("[data-passkey-trouble]");
  const tell = (error) => {
    if (!trouble) return;
    trouble.textContent =
      REASONS[error.name] || "The passkey could not be used. Try again, or choose another way.";
    trouble.hidden = false;
  };

  // The answer with options brings a cookie. Coming after that of a sign-in it would take its place,
  // and whoever has just signed in would be a stranger again: one after the other.
  const LONGEST_MS = 5000;
  let asking = null;

  const fetched = async (form) => {
    const headers = { Accept: "application/json" };
    const answer = await fetch(form.action, { headers, signal: AbortSignal.timeout(LONGEST_MS) });
    if (!answer.ok) throw new UnreachableError();
    return answer.json();
  };

  const optionsOf = async (form) => {
    const { passkeyOptions } = form.dataset;
    if (passkeyOptions) return JSON.parse(document.getElementById(passkeyOptions).textContent);
    while (asking) await asking.catch(() => {});
    asking = fetched(form).finally(() => {
      asking = null;
    });
    try {
      return await asking;
    } catch {
      throw new UnreachableError();
    }
  };

  // At most one request may wait in the browser: the one in the mail address field gives way, also to
  // a form on its way, which neither an answer with options nor a passkey is to overtake.
  let waiting = null;
  let leaving = false;
  addEventListener("pageshow", (event) => {
    if (event.persisted) leaving = false;
  });

  document.addEventListener("submit", async (event) => {
    if (event.defaultPrevented) return;
    if (!asking) {
      leaving = true;
      waiting?.abort();
      return;
    }
    event.preventDefault();
    while (asking) await asking.catch(() => {});
    event.target.requestSubmit(event.submitter);
  });

  const send = (form, credential) => {
    form.elements.credential.value = asJson(credential);
    form.submit();
  };

  const ask = async (form) => {
    waiting?.abort();
    const options = await optionsOf(form);
    if (form.dataset.passkey === "add") {
      return navigator.credentials.create({
        publicKey: creationOptions(options.creation_options.publicKey),
      });
    }
    return navigator.credentials.get({
      publicKey: requestOptions(options.request_options.publicKey),
    });
  };

  const offerInField = async (form) => {
    const able = await PublicKeyCredential.isConditionalMediationAvailable?.();
    if (leaving || !able || !document.querySelector("input[autocomplete~='webauthn']")) return;
    waiting = new AbortController();
    const { signal } = waiting;
    try {
      const options = await optionsOf(form);
      if (signal.aborted) return;
      const credential = await navigator.credentials.get({
        publicKey: requestOptions(options.request_options.publicKey),
        mediation: "conditional",
        signal,
      });
      if (credential) send(form, credential);
    } catch {
      // Nobody pressed anything: the button says what is wrong if there is something.
    }
  };

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    const button = form.querySelector("button[type='submit']");
    if (!window.PublicKeyCredential) {
      tell({ name: "NotSupportedError" });
      continue;
    }
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (leaving || button.getAttribute("aria-busy") === "true") return;
      button.setAttribute("aria-busy", "true");
      if (trouble) trouble.hidden = true;
      try {
        send(form, await ask(form));
      } catch (error) {
        button.removeAttribute("aria-busy");
        tell(error);
      }
    });
    // Pressed before this it would send the form with no passkey in it.
    button.disabled = false;
    if (form.dataset.passkey === "sign-in") offerInField(form);
  }
}
