// Filters the list of questions; without scripts the whole list is there.
"use strict";
const form = document.querySelector(".filter");
const questions = [...document.querySelectorAll(".question")];
const texts = questions.map((each) => each.querySelector("summary").textContent.toLowerCase());

function show() {
  const { text, slice, first, answer } = Object.fromEntries(new FormData(form));
  const words = text.toLowerCase().trim();
  let shown = 0;
  questions.forEach((each, i) => {
    const fits =
      texts[i].includes(words) &&
      (!slice || each.dataset.slices.split("|").includes(slice)) &&
      (!first || each.dataset.first === first) &&
      (!answer || each.dataset.answer === answer);
    each.hidden = !fits;
    shown += fits;
  });
  form.querySelector("output").textContent = `${shown} of ${questions.length}`;
}

form.hidden = false;
form.addEventListener("input", show);
form.addEventListener("submit", (event) => event.preventDefault());
show();
