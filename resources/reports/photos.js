"use strict";
document.querySelectorAll(".compare").forEach((compare) => {
  const slider = compare.querySelector("input");
  const move = () => compare.style.setProperty("--at", `${slider.value}%`);
  slider.addEventListener("input", move);

  // A native range jumps by its thumb's width at the ends; following the pointer does not.
  const follow = (event) => {
    const box = compare.getBoundingClientRect();
    slider.value = Math.round((100 * (event.clientX - box.left)) / box.width);
    move();
  };
  compare.addEventListener("pointerdown", (event) => {
    compare.setPointerCapture(event.pointerId);
    follow(event);
    slider.focus();
    event.preventDefault();
  });
  compare.addEventListener("pointermove", (event) => {
    if (compare.hasPointerCapture(event.pointerId)) follow(event);
  });
  move();
});
