/** The map of an embedded page: a style of the service, its features to click, nothing else. */

import { Map as GlMap, NavigationControl, prewarm } from "maplibre-gl";
import { onChange } from "./changes.js";
import { refreshTouched } from "./fresh-tiles.js";
import { token } from "./page.js";
import { t } from "./texts.js";

/** @typedef {[number, number, number, number]} Extent */
/** @typedef {import("maplibre-gl").MapGeoJSONFeature} Feature */
/** @typedef {import("maplibre-gl").StyleSpecification} Style */

/**
 * What the page does when the map has something to tell.
 * @typedef {object} Listeners
 * @property {(feature: Feature | null) => void} select
 * @property {(layers: string[] | null) => void} changed layers that changed, null: any
 * @property {(status: number) => void} refused a tile that was not given, by its status
 */

// The workers start while the style is still on its way.
prewarm();

/**
 * A style with the subject's shapes alone: no ground, no labels, whose glyphs are drawn one by one
 * before anything of their tile is shown, and no patterns, which wait for the sprite.
 * @param {Style} style
 * @param {string[]} subject ids of layers
 * @returns {Style}
 */
function bare(style, subject) {
  const layers = style.layers.filter(
    (layer) =>
      layer.type === "background" ||
      (subject.includes(layer.id) &&
        layer.type !== "symbol" &&
        !("fill-pattern" in (layer.paint ?? {}))),
  );
  const drawn = new Set(layers.map((layer) => ("source" in layer ? layer.source : "")));
  const sources = Object.entries(style.sources).filter(([name]) => drawn.has(name));
  return { ...style, layers, sources: Object.fromEntries(sources) };
}

const CHOSEN = "embed-chosen";
const PADDING = 16;
// Less room than this shows nothing: the legend may lie over the area then.
const LEAST = 80;

export class EmbedMap {
  /**
   * Draw a style; throws where the browser has no WebGL.
   * @param {HTMLElement} box
   * @param {Style} style
   * @param {Extent} extent
   * @param {string[]} subjects layers of the tiles that are shown louder than the ground
   * @param {Listeners} listeners
   */
  constructor(box, style, extent, subjects, listeners) {
    this.box = box;
    this.extent = extent;
    this.subjects = subjects;
    this.layers = style.layers.filter((layer) => this.isSubject(layer)).map((layer) => layer.id);
    this.map = new GlMap({
      container: box,
      style: bare(style, this.layers),
      bounds: extent,
      fitBoundsOptions: { padding: PADDING },
      attributionControl: false,
      maxZoom: 19,
      minZoom: 6,
      dragRotate: false,
      pitchWithRotate: false,
      touchPitch: false,
      fadeDuration: 0,
      // Tiles out of view are not told of changes.
      maxTileCacheSize: 0,
      // The service's tests validate every style it sends.
      validateStyle: false,
      localIdeographFontFamily: token("--face"),
      locale: {
        "NavigationControl.ZoomIn": t("map.zoom-in"),
        "NavigationControl.ZoomOut": t("map.zoom-out"),
        "Map.Title": t("map.title"),
      },
    });
    this.map.touchZoomRotate.disableRotation();
    this.map.addControl(new NavigationControl({ showCompass: false }), "top-right");
    this.map.on("movestart", () => box.toggleAttribute("data-idle", false));
    this.map.on("click", (event) => this.choose(this.featureAt(event.point), listeners));
    this.map.on("mousemove", (event) => {
      this.map.getCanvas().style.cursor = this.featureAt(event.point) ? "pointer" : "";
    });
    this.map.on("error", ({ error }) =>
      listeners.refused(Number(/** @type {{status?: number}} */ (error).status ?? 0)),
    );
    this.drawInTwoSteps(style);
    this.endChanges = onChange((change) => {
      refreshTouched(this.map, change, box);
      listeners.changed(change.layers);
    });
  }

  /** @param {import("maplibre-gl").LayerSpecification} layer */
  isSubject(layer) {
    return "source-layer" in layer && this.subjects.includes(layer["source-layer"] ?? "");
  }

  /**
   * Note the moment at which the first feature of the subject stands on the screen, then draw
   * the rest of the style; an area without any gets it when the map has come to rest.
   * @param {Style} style
   */
  drawInTwoSteps(style) {
    const begun = () => {
      this.map.off("render", painted);
      this.map.off("idle", rest);
    };
    const rest = () => {
      begun();
      this.map.setStyle(style, { validate: false });
      this.map.on("idle", () => this.box.toggleAttribute("data-idle", true));
    };
    const painted = () => {
      if (this.drawn().length === 0) return;
      begun();
      requestAnimationFrame(() => {
        performance.mark("wangge-first-feature");
        this.box.toggleAttribute("data-painted", true);
        rest();
      });
    };
    this.map.on("render", painted);
    this.map.on("idle", rest);
  }

  /** Features of the subject that are on the screen. */
  drawn() {
    const layers = this.layers.filter((id) => this.map.getLayer(id));
    return layers.length ? this.map.queryRenderedFeatures({ layers }) : [];
  }

  /**
   * The uppermost feature of the subject at a point that has something to tell.
   * @param {{x: number, y: number}} at
   * @returns {Feature | null}
   */
  featureAt(at) {
    const layers = this.layers.filter((id) => this.map.getLayer(id));
    if (layers.length === 0) return null;
    const hits = this.map.queryRenderedFeatures([at.x, at.y], { layers });
    return hits.find((hit) => hit.sourceLayer !== "circles") ?? null;
  }

  /**
   * @param {Feature | null} feature
   * @param {Listeners} listeners
   */
  choose(feature, listeners) {
    this.mark(feature);
    listeners.select(feature);
  }

  /**
   * Draw a line around a chosen shape.
   * @param {Feature | null} feature
   */
  mark(feature) {
    if (this.map.getLayer(CHOSEN)) this.map.removeLayer(CHOSEN);
    if (!feature || feature.geometry.type.endsWith("Point")) return;
    const { code } = feature.properties;
    this.map.addLayer({
      id: CHOSEN,
      type: "line",
      source: feature.source,
      "source-layer": feature.sourceLayer ?? "",
      filter: code === undefined ? ["==", ["id"], feature.id ?? -1] : ["==", ["get", "code"], code],
      layout: { "line-join": "round" },
      paint: { "line-color": token("--ink"), "line-width": 3 },
    });
  }

  /**
   * Attributes of the same thing in another layer of its tiles.
   * @param {Feature} feature
   * @param {string} layer
   * @returns {Record<string, any>}
   */
  beside(feature, layer) {
    const filter = /** @type {import("maplibre-gl").FilterSpecification} */ ([
      "==", ["get", "code"], feature.properties.code ?? "",
    ]);
    const [found] = Object.keys(this.map.getStyle().sources)
      .filter((source) => this.map.getSource(source)?.type === "vector")
      .flatMap((source) => this.map.querySourceFeatures(source, { sourceLayer: layer, filter }));
    return found?.properties ?? {};
  }

  /**
   * Keep the whole area in view, beside what lies over the map.
   * @param {HTMLElement | null} over the legend, in the lower left
   */
  whole(over) {
    this.map.fitBounds(this.extent, { padding: this.room(over), animate: false });
  }

  /**
   * Room around the area: beside the legend or above it, whichever shows the area larger.
   * @param {HTMLElement | null} over
   */
  room(over) {
    const plain = { top: PADDING, right: PADDING, bottom: PADDING, left: PADDING };
    const box = this.box.getBoundingClientRect();
    const legend = over?.getBoundingClientRect();
    if (!legend?.width || !box.width) return plain;
    const beside = { ...plain, left: legend.right - box.left + PADDING / 2 };
    const above = { ...plain, bottom: box.bottom - legend.top + PADDING / 2 };
    const zoom = (/** @type {typeof plain} */ padding) => {
      const left = Math.min(
        box.width - padding.left - padding.right,
        box.height - padding.top - padding.bottom,
      );
      return left < LEAST ? -1 : (this.map.cameraForBounds(this.extent, { padding })?.zoom ?? -1);
    };
    const best = zoom(beside) >= zoom(above) ? beside : above;
    return zoom(best) < 0 ? plain : best;
  }

  remove() {
    this.endChanges();
    this.map.remove();
  }
}
