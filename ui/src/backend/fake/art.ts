/** Drawn badges for the made-up wallet: a shape, a palette and a motif each. */

interface Palette {
  deep: string;
  mid: string;
  light: string;
  spark: string;
  paper: string;
}

const PALETTES: Palette[] = [
  { deep: "#16324f", mid: "#24618f", light: "#4aa3c7", spark: "#ffd27a", paper: "#f7fbff" },
  { deep: "#3b1d4a", mid: "#74368c", light: "#b765c4", spark: "#ffc5a6", paper: "#fff7ff" },
  { deep: "#123c33", mid: "#1f7a5c", light: "#5bbf8a", spark: "#ffe08a", paper: "#f5fff9" },
  { deep: "#5a1f1a", mid: "#b5452f", light: "#ee8a5a", spark: "#ffe3a8", paper: "#fff8f2" },
  { deep: "#2a2350", mid: "#4b46a8", light: "#8a8bee", spark: "#ffd1e3", paper: "#f8f8ff" },
  { deep: "#4a3208", mid: "#b07a14", light: "#f0bf4c", spark: "#fff3c9", paper: "#fffdf5" },
  { deep: "#0f3b45", mid: "#12808a", light: "#4fc7c2", spark: "#ffb8a0", paper: "#f3ffff" },
  { deep: "#4b1434", mid: "#a82e68", light: "#ea6f9c", spark: "#ffe0b0", paper: "#fff6fa" },
  { deep: "#22262e", mid: "#4b5563", light: "#8c97a8", spark: "#f7c873", paper: "#fbfcff" },
];

function polygon(corners: number, radius: number, turn = -90): string {
  const points = Array.from({ length: corners }, (_, corner) => {
    const angle = ((turn + (360 / corners) * corner) * Math.PI) / 180;
    return `${(radius * Math.cos(angle)).toFixed(1)} ${(radius * Math.sin(angle)).toFixed(1)}`;
  });
  return `M${points.join("L")}z`;
}


function scallop(count: number, radius: number, depth: number): string {
  let path = "";
  for (let step = 0; step <= count; step++) {
    const angle = (step / count) * 2 * Math.PI;
    const point = `${(radius * Math.sin(angle)).toFixed(1)} ${(-radius * Math.cos(angle)).toFixed(1)}`;
    const arc = (radius * Math.PI * depth) / count;
    path += step === 0 ? `M${point}` : `A${arc.toFixed(1)} ${arc.toFixed(1)} 0 0 1 ${point}`;
  }
  return `${path}z`;
}

const SHIELD = "M0-96C30-82 58-78 84-78c6 78-14 138-84 176C-70 60-90 0-84-78c26 0 54-4 84-18z";
const ROUND = "M0-94a94 94 0 1 1 0 188a94 94 0 1 1 0-188z";

/** Outlines, each around 0 0, about 190 wide; drawn with a round join. */
const SHAPES = [
  polygon(6, 92),
  scallop(16, 90, 1.15),
  SHIELD,
  ROUND,
  polygon(8, 92, -112.5),
  polygon(4, 92),
  scallop(10, 86, 1.25),
];

const MOTIFS: ((p: Palette) => string)[] = [
  (p) =>
    `<circle cx="22" cy="-26" r="13" fill="${p.spark}"/><path fill="${p.paper}" d="M-54 38-16-26 6 8 18-8 54 38z"/><path fill="${p.light}" d="m-16-26 13 21-9 5-6-6-9 5z"/>`,
  (p) =>
    `<path fill="${p.paper}" d="M-2 48C-50 30-46-22 30-46 48 18 34 44-2 48z"/><path fill="none" stroke="${p.mid}" stroke-width="5" stroke-linecap="round" d="M-22 54C-14 22 2 0 18-20M-4 16l-14-6M4 4l16 2"/><circle cx="-34" cy="-30" r="9" fill="${p.spark}"/>`,
  (p) =>
    `<path fill="none" stroke="${p.paper}" stroke-width="11" stroke-linecap="round" stroke-linejoin="round" d="M-26-26-52 0l26 26M26-26 52 0 26 26"/><path stroke="${p.spark}" stroke-width="11" stroke-linecap="round" d="M10-38-10 38"/>`,
  (p) =>
    `<g fill="none" stroke="${p.paper}" stroke-width="6"><ellipse rx="54" ry="21"/><ellipse rx="54" ry="21" transform="rotate(60)"/><ellipse rx="54" ry="21" transform="rotate(120)"/></g><circle r="12" fill="${p.spark}"/>`,
  (p) =>
    `<path fill="${p.paper}" d="M-4-26v64c-14-10-34-12-52-8v-64c18-4 38-2 52 8z"/><path fill="${p.paper}" opacity=".84" d="M4-26v64c14-10 34-12 52-8v-64c-18-4-38-2-52 8z"/><path fill="${p.spark}" d="M22-38h16v40l-8-7-8 7z"/>`,
  (p) =>
    `<circle r="48" fill="none" stroke="${p.paper}" stroke-width="7"/><path fill="${p.spark}" d="M0-36 11 0H-11z"/><path fill="${p.paper}" d="M0 36-11 0h22z"/><circle r="5" fill="${p.deep}"/>`,
  (p) =>
    `<g fill="none" stroke-width="9" stroke-linecap="round"><path stroke="${p.spark}" d="M-50-22q12.500-18 25 0t25 0t25 0t25 0"/><path stroke="${p.paper}" d="M-50 4q12.500-18 25 0t25 0t25 0t25 0"/><path stroke="${p.paper}" opacity=".7" d="M-50 30q12.500-18 25 0t25 0t25 0t25 0"/></g>`,
  (p) => `<path fill="${p.spark}" stroke="${p.spark}" stroke-width="6" stroke-linejoin="round" d="${star(5, 46, 21)}"/><path fill="${p.paper}" opacity=".55" d="M0-46 0 0-43.700-14.200-13-17z"/>`,
  (p) =>
    `<path fill="${p.paper}" d="M-14-48h28v9h-5v24l29 44c7 12 0 21-12 21h-52c-12 0-19-9-12-21l29-44v-24h-5z"/><path fill="${p.spark}" d="M-20 10h40l13 20c4 7 1 12-6 12h-54c-7 0-10-5-6-12z"/><circle cx="-4" cy="26" r="5" fill="${p.paper}"/><circle cx="10" cy="18" r="3.500" fill="${p.paper}"/>`,
  (p) =>
    `<g fill="none" stroke="${p.paper}" stroke-width="6"><circle r="48"/><ellipse rx="20" ry="48"/><path d="M-44-18h88M-44 18h88"/></g><circle cx="32" cy="-34" r="13" fill="${p.spark}"/>`,
  (p) =>
    `<path fill="${p.paper}" d="M0-56c22 16 28 44 20 72h-40c-8-28-2-56 20-72z"/><circle cy="-16" r="10" fill="${p.mid}"/><path fill="${p.light}" d="m-22-4-18 22 4 18 16-14zm44 0 18 22-4 18-16-14z"/><path fill="${p.spark}" d="M-11 22h22L0 54z"/>`,
  (p) =>
    `<path fill="${p.paper}" d="M-14-46 40-54v62a16 14 0 1 1-11-13v-34l-32 5v56a16 14 0 1 1-11-13z"/><circle cx="-36" cy="-34" r="7" fill="${p.spark}"/>`,
  (p) =>
    `<path fill="${p.paper}" d="M0 46C-76 0-46-54 0-22 46-54 76 0 0 46z"/><path fill="none" stroke="${p.mid}" stroke-width="7" stroke-linecap="round" stroke-linejoin="round" d="M-36 4h18l9-18 14 32 9-14h22"/>`,
  (p) =>
    `<path fill="${p.paper}" d="M0-50 24-14H12l20 30H8v34H-8V16h-24l20-30h-12z"/><circle cx="34" cy="-32" r="9" fill="${p.spark}"/>`,
  (p) =>
    `<rect x="-50" y="4" width="20" height="40" rx="5" fill="${p.paper}" opacity=".75"/><rect x="-20" y="-18" width="20" height="62" rx="5" fill="${p.paper}"/><rect x="10" y="-44" width="20" height="88" rx="5" fill="${p.spark}"/>`,
  (p) =>
    `<circle cx="-22" r="25" fill="none" stroke="${p.paper}" stroke-width="11"/><path fill="none" stroke="${p.paper}" stroke-width="11" stroke-linecap="round" stroke-linejoin="round" d="M3 0h49v20M32 0v14"/><circle cx="-22" r="8" fill="${p.spark}"/>`,
];

function star(points: number, outer: number, inner: number): string {
  return Array.from({ length: points * 2 }, (_, step) => {
    const radius = step % 2 === 0 ? outer : inner;
    const angle = (step * Math.PI) / points - Math.PI / 2;
    return `${step === 0 ? "M" : "L"}${(radius * Math.cos(angle)).toFixed(1)} ${(radius * Math.sin(angle)).toFixed(1)}`;
  }).join("").concat("z");
}

function pick<T>(list: T[], index: number): T {
  return list[((index % list.length) + list.length) % list.length] as T;
}

const cache = new Map<string, string>();

/** The art of one made-up achievement, as a `data:` URI. */
export function drawArt(shape: number, palette: number, motif: number): string {
  const key = `${shape % SHAPES.length}-${palette % PALETTES.length}-${motif % MOTIFS.length}`;
  let uri = cache.get(key);
  if (uri === undefined) {
    uri = `data:image/svg+xml,${encodeURIComponent(svg(shape, palette, motif))}`;
    cache.set(key, uri);
  }
  return uri;
}

function svg(shape: number, palette: number, motif: number): string {
  const p = pick(PALETTES, palette);
  const outline = pick(SHAPES, shape);
  const ribbon =
    outline === ROUND || shape % SHAPES.length === 1
      ? `<path fill="${p.mid}" d="m-58 46-26 66 32-8 20 26 30-74z"/><path fill="${p.deep}" d="m58 46 26 66-32-8-20 26-30-74z"/>`
      : "";
  const lift = ribbon === "" ? 0 : -14;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="-128 -128 256 256"><defs><linearGradient id="f" x1="0" y1="0" x2=".6" y2="1"><stop offset="0" stop-color="${p.light}"/><stop offset=".55" stop-color="${p.mid}"/><stop offset="1" stop-color="${p.deep}"/></linearGradient><linearGradient id="r" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="${p.paper}"/><stop offset="1" stop-color="${p.spark}"/></linearGradient></defs>${ribbon}<g transform="translate(0 ${lift})" stroke-linejoin="round"><path d="${outline}" fill="${p.deep}" stroke="${p.deep}" stroke-width="20"/><path d="${outline}" fill="url(#r)" stroke="url(#r)" stroke-width="8"/><path transform="scale(.91)" d="${outline}" fill="url(#f)" stroke="url(#f)" stroke-width="6"/><path transform="scale(.8)" d="${outline}" fill="none" stroke="${p.paper}" stroke-opacity=".35" stroke-width="2.500"/><g transform="scale(.88)">${pick(MOTIFS, motif)(p)}</g></g></svg>`;
}

export const SHAPE_COUNT = SHAPES.length;
export const PALETTE_COUNT = PALETTES.length;
export const MOTIF_COUNT = MOTIFS.length;
