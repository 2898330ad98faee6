// The form works without this. With it the summary of errors is read first, and files that are too large are told
// before they travel.

for (const summary of document.querySelectorAll("[data-errors]")) summary.focus();

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
