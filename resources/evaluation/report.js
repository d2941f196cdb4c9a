"use strict";
(() => {
  const number = (text) => (text === "" ? NaN : Number(text));

  // Faces without a figure come first: they are the worst that can happen.
  const order = (higherIsBetter) => (a, b) => {
    if (Number.isNaN(a) || Number.isNaN(b)) return Number.isNaN(b) - Number.isNaN(a);
    return higherIsBetter ? a - b : b - a;
  };

  const grid = document.querySelector("#grid tbody");
  const metric = document.querySelector("#grid-metric");
  const method = document.querySelector("#grid-method");
  const sortGrid = () => {
    const scores = JSON.parse(document.querySelector("#grid-scores").textContent);
    const option = metric.selectedOptions[0];
    const compare = order(option.dataset.higher === "yes");
    const value = (row) => {
      const found = scores[row.dataset.case]?.[method.value]?.[option.value];
      return found === undefined || found === null ? NaN : found;
    };
    [...grid.rows].sort((a, b) => compare(value(a), value(b))).forEach((row) => grid.append(row));
  };
  if (grid && metric && method) {
    metric.addEventListener("change", sortGrid);
    method.addEventListener("change", sortGrid);
  }

  document.querySelectorAll("table.sortable").forEach((table) => {
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, column) => {
      head.querySelector("button").addEventListener("click", () => {
        const ascending = head.getAttribute("aria-sort") !== "ascending";
        heads.forEach((other) => other.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", ascending ? "ascending" : "descending");
        const textual = head.classList.contains("text");
        const key = (row) => row.cells[column].dataset.value ?? row.cells[column].textContent;
        const compare = (a, b) => {
          const sign = ascending ? 1 : -1;
          if (textual) return sign * key(a).localeCompare(key(b), "en", { numeric: true });
          const first = number(key(a));
          const second = number(key(b));
          if (Number.isNaN(first) || Number.isNaN(second)) {
            return Number.isNaN(first) - Number.isNaN(second);
          }
          return sign * (first - second);
        };
        const body = table.tBodies[0];
        [...body.rows].sort(compare).forEach((row) => body.append(row));
      });
    });
  });
})();
