// The form works without this. With it the summary of errors is read first, the error of a field goes once somebody
// mends the field, and files that are too large are told before they travel.

for (const summary of document.querySelectorAll("[data-errors]")) summary.focus();

for (const field of document.querySelectorAll("[aria-invalid]")) {
  field.addEventListener("input", () => {
    field.removeAttribute("aria-invalid");
    document.getElementById(`${field.id}-error`)?.remove();
    const line = document.querySelector(`[data-errors] a[href="#${field.id}"]`)?.closest("li");
    (line?.matches(":only-child") ? line.closest("[data-errors]") : line)?.remove();
  }, { once: true });
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
