/** Addresses of embedded pages, tiles and styles, and the iframe that shows a page. */

/** @typedef {"grids" | "coverage" | "facilities" | "sheet"} Page */

/**
 * @typedef {object} Choice
 * @property {Page} page
 * @property {string} area
 * @property {string} layer how grids are coloured
 * @property {string} kind facility kind, "" for all
 * @property {number} minutes 0 where no walk was computed
 * @property {string} theme
 * @property {string} lang
 * @property {boolean} legend
 * @property {string} size width x height
 */

/** Page -> what a key must open for it. @type {Record<Page, string[]>} */
export const PAGES = {
  grids: ["grids"],
  coverage: ["reach", "circles", "gaps", "facilities"],
  facilities: ["facilities"],
  sheet: ["grids", "figures"],
};
export const LOOKS = ["load", "kind", "worker"];
/** Pages that show grids, and pages that show a walk. @type {Page[]} */
export const COLOURED = ["grids", "sheet"];
/** @type {Page[]} */
export const COVERED = ["coverage"];
export const SIZES = ["300x200", "640x400", "100%x600", "1280x720"];

/**
 * What another site needs to show a choice.
 * @param {Choice} choice
 * @param {string} service address of the service as other sites see it
 * @param {string} key "" for the preview on our own page
 */
export function addresses(choice, service, key) {
  const walk = COVERED.includes(choice.page);
  const look = {
    lang: choice.lang,
    theme: choice.theme === "light" ? "" : choice.theme,
    kind: COLOURED.includes(choice.page) ? "" : choice.kind,
    minutes: walk && choice.minutes ? choice.minutes : "",
  };
  const page = queried(`/embed/${choice.page === "sheet" ? `sheet/${choice.area}` : choice.page}`, {
    community: choice.page === "sheet" ? "" : choice.area,
    layer: COLOURED.includes(choice.page) && choice.layer !== "load" ? choice.layer : "",
    ...look,
    legend: choice.legend ? "" : 0,
    key,
  });
  const [width, height] = choice.size.split("x");
  const layers = PAGES[choice.page].filter((layer) => layer !== "figures").join(",");
  const style = COLOURED.includes(choice.page) ? `grids-${choice.layer}` : choice.page;
  const { lang, theme, ...filters } = look;
  return {
    preview: queried(`${service}${page}`, {}),
    iframe:
      `<iframe src="${service}${page.replaceAll("&", "&amp;")}" width="${width}" height="${height}"` +
      ` title="Wangge" frameborder="0" loading="lazy"></iframe>`,
    tilejson: queried(`${service}/tiles/${layers}.json`, { community: choice.area, ...filters, key }),
    style: queried(`${service}/styles/${style}.json`, {
      lang, theme, community: choice.area, ...filters, key,
    }),
  };
}

/**
 * An address with those parameters that are not empty.
 * @param {string} address
 * @param {Record<string, string | number>} parameters
 */
function queried(address, parameters) {
  const given = Object.entries(parameters).filter(([, value]) => value !== "");
  const query = new URLSearchParams(given.map(([name, value]) => [name, String(value)]));
  return given.length ? `${address}?${query}` : address;
}
