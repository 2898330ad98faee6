// Pages with forms work without this. With it a form is sent once, and files that are too large are told before they travel.

for (const summary of document.querySelectorAll("[data-errors]")) summary.focus();

for (const form of document.querySelectorAll("form[data-once]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) return event.preventDefault();
    form.dataset.sent = "yes";
    event.submitter?.setAttribute("aria-disabled", "true");
  });
  // A page that comes back from the browser's history may be sent again.
  addEventListener("pageshow", () => {
    delete form.dataset.sent;
    for (const button of form.querySelectorAll("[aria-disabled]")) button.removeAttribute("aria-disabled");
  });
}

for (const form of document.querySelectorAll("form[data-largest-files]")) {
  const input = form.querySelector("input[type=file]");
  input.addEventListener("change", () => {
    const size = [...input.files].reduce((sum, file) => sum + file.size, 0);
    const fits = size <= Number(form.dataset.largestFiles) && input.files.length <= Number(form.dataset.mostFiles);
    input.setCustomValidity(fits ? "" : form.dataset.tooLarge);
    input.reportValidity();
  });
  form.addEventListener("submit", (event) => {
    if (input.checkValidity()) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    input.reportValidity();
  }, { capture: true });
}
