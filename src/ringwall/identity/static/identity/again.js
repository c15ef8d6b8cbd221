// Sends the form that waited while its sender signed in; without scripts the button does.
"use strict";

document.querySelector("form[data-send-again]")?.requestSubmit();
