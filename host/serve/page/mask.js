// A brush over a picture: what is painted over becomes the transparent part of a mask of the same size.
import {$, h, icon, icons} from "./dom.js";
import {say} from "./texts.js";

const k_step = 1 / 50; // of the width, of an arrow key

// `strokes`: [{size, points: [[x, y], …]}] in pixels of the picture. Resolves with {blob, strokes}, null (no mask) or undefined (given up).
export async function draw_mask(url, strokes = []) {
  const picture = new Image();
  picture.src = url;
  await picture.decode();
  const size = {width: picture.naturalWidth, height: picture.naturalHeight};
  const work = {size, picture, strokes: strokes.map(stroke => ({...stroke, points: [...stroke.points]})), at: [size.width / 2, size.height / 2], pen: false};
  const canvas = h("canvas", {...size, tabindex: "0", role: "img", "aria-label": say("mask_help"), class: "paper"});
  canvas.style.setProperty("--ratio", size.width / size.height);
  const brush = h("input", {type: "range", min: "1", max: "30", value: "8", "aria-label": say("brush")});
  work.brush = () => Math.max(4, size.width * brush.value / 100);
  const dialog = $("mask");
  return new Promise(resolve => {
    const end = result => {
      dialog.close();
      dialog.replaceChildren();
      resolve(result);
    };
    const undo = () => { work.strokes.pop(); paint(canvas, work); };
    const button = (text, kind, action) => h("button", {type: "button", class: kind, onclick: action}, say(text));
    dialog.replaceChildren(
      h("header", {class: "head"}, h("h2", {}, say("mask_of")),
        h("button", {type: "button", class: "icon", "aria-label": say("close"), onclick: () => end(undefined)}, icon(icons.cross))),
      h("div", {class: "easel"}, canvas),
      h("p", {class: "aside"}, say("mask_help")),
      h("footer", {class: "foot"}, h("label", {class: "brush"}, h("span", {}, say("brush")), brush),
        button("undo", "quiet edged", undo),
        button("clear", "quiet edged", () => { work.strokes = []; paint(canvas, work); }),
        button("done", "draw", async () => end(work.strokes.length > 0 ? {blob: await mask_of(work), strokes: work.strokes} : null))));
    dialog.oncancel = event => {
      event.preventDefault();
      end(undefined);
    };
    dialog.onkeydown = event => {
      if (event.key === "z" && (event.ctrlKey || event.metaKey)) {
        undo();
      }
    };
    follow_pointer(canvas, work);
    follow_keys(canvas, work);
    paint(canvas, work);
    dialog.showModal();
    canvas.focus();
  });
}

function place_of(event, canvas) {
  const box = canvas.getBoundingClientRect();
  return [(event.clientX - box.left) * canvas.width / box.width, (event.clientY - box.top) * canvas.height / box.height];
}

function follow_pointer(canvas, work) {
  canvas.addEventListener("pointerdown", event => {
    canvas.setPointerCapture(event.pointerId);
    work.strokes.push({size: work.brush(), points: [place_of(event, canvas)]});
    paint(canvas, work);
  });
  canvas.addEventListener("pointermove", event => {
    work.at = place_of(event, canvas);
    if (canvas.hasPointerCapture(event.pointerId)) {
      work.strokes.at(-1).points.push(work.at);
    }
    paint(canvas, work);
  });
}

const arrows = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]};

function follow_keys(canvas, work) {
  canvas.addEventListener("keydown", event => {
    if (event.key === " ") {
      event.preventDefault();
      if (!event.repeat) {
        work.pen = true;
        work.strokes.push({size: work.brush(), points: [[...work.at]]});
      }
    } else if (event.key in arrows) {
      event.preventDefault();
      const step = work.size.width * k_step;
      const [x, y] = arrows[event.key];
      work.at = [Math.min(work.size.width, Math.max(0, work.at[0] + x * step)), Math.min(work.size.height, Math.max(0, work.at[1] + y * step))];
      if (work.pen) {
        work.strokes.at(-1).points.push([...work.at]);
      }
    }
    paint(canvas, work);
  });
  canvas.addEventListener("keyup", event => {
    work.pen = work.pen && event.key !== " ";
  });
}

function trace(context, strokes) {
  context.lineCap = context.lineJoin = "round";
  for (const {size, points} of strokes) {
    context.lineWidth = size;
    context.beginPath();
    context.moveTo(...points[0]);
    points.forEach(point => context.lineTo(...point));
    context.lineTo(points.at(-1)[0] + 0.01, points.at(-1)[1]);
    context.stroke();
  }
}

function paint(canvas, work) {
  const context = canvas.getContext("2d");
  const veil = new OffscreenCanvas(canvas.width, canvas.height);
  trace(Object.assign(veil.getContext("2d"), {strokeStyle: "#e3a008"}), work.strokes);
  context.clearRect(0, 0, canvas.width, canvas.height);
  context.drawImage(work.picture, 0, 0);
  context.globalAlpha = 0.6;
  context.drawImage(veil, 0, 0);
  context.globalAlpha = 1;
  context.lineWidth = Math.max(1.5, canvas.width / 400);
  for (const [style, dash] of [["#000a", []], ["#fff", [canvas.width / 100]]]) {
    context.strokeStyle = style;
    context.setLineDash(dash);
    context.beginPath();
    context.arc(...work.at, work.brush() / 2, 0, 2 * Math.PI);
    context.stroke();
  }
  context.setLineDash([]);
}

async function mask_of(work) {
  const mask = h("canvas", work.size);
  const context = mask.getContext("2d");
  context.fillRect(0, 0, mask.width, mask.height);
  context.globalCompositeOperation = "destination-out";
  trace(context, work.strokes);
  return new Promise(resolve => mask.toBlob(resolve, "image/png"));
}
