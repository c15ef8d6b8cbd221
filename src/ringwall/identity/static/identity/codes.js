// Recovery codes: copy them, or save them as a text file. Without scripts they can be selected.
"use strict";

{
  const list = document.querySelector("[data-codes]");
  const told = document.querySelector("[data-codes-told]");
  const copy = document.querySelector("[data-codes-copy]");
  const download = document.querySelector("[data-codes-download]");

  const text = () =>
    [...list.querySelectorAll("code")].map((code) => code.textContent.trim()).join("\n") + "\n";

  if (list && navigator.clipboard) {
    copy.hidden = false;
    copy.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(text());
        told.textContent = "Copied.";
      } catch {
        told.textContent = "The browser did not allow it: select the codes and copy them.";
      }
    });
  }

  if (list) {
    download.hidden = false;
    download.addEventListener("click", () => {
      const heading = `Recovery codes for ${list.dataset.codes} (${location.host})\nEach works once.\n\n`;
      const url = URL.createObjectURL(new Blob([heading, text()], { type: "text/plain" }));
      const link = document.createElement("a");
      link.href = url;
      link.download = "recovery-codes.txt";
      link.click();
      setTimeout(() => URL.revokeObjectURL(url), 1000);
      told.textContent = "Saved as recovery-codes.txt.";
    });
  }
}
