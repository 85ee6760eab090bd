/** The charts of the dashboard: grids by load, and which share of households reaches each kind. */

import { html } from "lit";
import { grouped, minutesWord, share } from "./figures.js";
import { token } from "./page.js";
import { Component, t } from "./texts.js";
import { kindName } from "./walk-list.js";

/** @typedef {import("./dashboard-figures.js").Figures} Figures */
/** @typedef {import("./dashboard-figures.js").Child} Child */
/** @typedef {import("echarts").EChartsOption} Option */
/** @typedef {"low" | "fit" | "over" | "far_over"} LoadName */

/** @type {LoadName[]} */
const LOADS = ["low", "fit", "over", "far_over"];
const MOST_BARS = 10;
const STEPS = 5;

/** Charting is fetched when the figures stand already. @returns {Promise<typeof import("echarts")>} */
async function charting() {
  await import("echarts");
  // The package's small build is no module: it leaves its name behind.
  return /** @type {any} */ (globalThis).echarts;
}

/** A chart with its legend, and the same as a table for those who hear the page. */
class DashboardChart extends Component {
  static properties = {
    told: { attribute: false },
    of: { attribute: false },
    theme: { attribute: false },
    broken: { state: true },
  };

  constructor() {
    super();
    /** @type {Figures | null} */
    this.told = null;
    /** @type {"load" | "coverage"} */
    this.of = "load";
    this.theme = "";
    this.broken = false;
    /** @type {import("echarts").EChartsType | null} */
    this.chart = null;
    this.seen = new ResizeObserver(() => this.chart?.resize());
  }

  /** @returns {Chart | null} */
  get shown() {
    if (!this.told) return null;
    return this.of === "load" ? loadChart(this.told) : coverageChart(this.told);
  }

  render() {
    const shown = this.shown;
    if (!shown) return html``;
    return html`<ul class="chart-legend" aria-hidden="true">
        ${shown.series.map((one) => html`<li><i class=${one.swatch}></i>${one.name}</li>`)}
      </ul>
      <div class="canvas" role="img" aria-label=${t(`dash.chart.${this.of}`)} ?hidden=${this.broken}></div>
      <table class=${this.broken ? "small" : "unseen"}>
        <caption>
          ${t(`dash.chart.${this.of}`)}
        </caption>
        <tr>
          <td></td>
          ${shown.series.map((one) => html`<th scope="col">${one.name}</th>`)}
        </tr>
        ${shown.bars.map(
          (bar, i) => html`<tr>
            <th scope="row">${bar.name}</th>
            ${shown.series.map((one) => html`<td>${one.said(i)}</td>`)}
          </tr>`,
        )}
      </table>`;
  }

  async updated() {
    const box = /** @type {HTMLElement | null} */ (this.querySelector(".canvas"));
    const shown = this.shown;
    if (!box || !shown || this.broken) return;
    try {
      const { init } = await charting();
      if (!this.chart) {
        this.chart = init(box, null, { renderer: "canvas" });
        this.chart.on("click", (event) => this.choose(event.dataIndex));
        this.seen.observe(box);
      }
      this.chart.setOption(option(shown), { notMerge: true });
      box.toggleAttribute("data-drawn", true);
    } catch {
      // No canvas, or charting could not be fetched: the table says the same.
      this.broken = true;
    }
  }

  /** @param {number} index */
  choose(index) {
    const code = this.shown?.bars[index]?.code;
    if (code) this.dispatchEvent(new CustomEvent("choose", { detail: code }));
  }

  disconnectedCallback() {
    this.seen.disconnect();
    this.chart?.dispose();
    this.chart = null;
    super.disconnectedCallback();
  }
}

/**
 * Bars that lie, of stacked parts.
 * @typedef {object} Chart
 * @property {{name: string, code: string, end: string}[]} bars
 * @property {{name: string, swatch: string, colour: string, hatched: boolean, values: number[],
 *   said: (bar: number) => string, inside: boolean}[]} series
 * @property {number | undefined} longest
 */

/**
 * Grids by class of load: of each area of the next level, those with most over the cap first.
 * @param {Figures} told
 * @returns {Chart}
 */
function loadChart({ figures, children, way }) {
  const ranked = children
    .filter((child) => child.published)
    .sort((a, b) => b.grids.over_cap - a.grids.over_cap || (b.grids.mean_load ?? 0) - (a.grids.mean_load ?? 0))
    .slice(0, MOST_BARS);
  const here = { ...figures, code: "", name: way.at(-1)?.name ?? t("dash.everything") };
  const areas = ranked.length ? ranked : [here];
  return {
    bars: areas.map(({ code, name, grids }) => ({
      code, name, end: barEnd(grids),
    })),
    series: LOADS.map((load) => ({
      name: t(`legend.${load.replace("_", "-")}`),
      swatch: `load-${load.replace("_", "-")}`,
      colour: token(`--load-${load.replace("_", "-")}`),
      hatched: load === "over" || load === "far_over",
      values: areas.map(({ grids }) => grids.loads[load]),
      said: (bar) => grouped(areas[bar].grids.loads[load]),
      inside: true,
    })),
    longest: undefined,
  };
}

/** @param {Child["grids"]} grids */
function barEnd({ loads, over_cap }) {
  const n = grouped(loads.low + loads.fit + over_cap);
  return over_cap ? t("dash.bar.over", { n, over: grouped(over_cap) }) : t("dash.bar", { n });
}

/**
 * Share of households that reach each kind within each cutoff; what a longer walk adds is stacked.
 * @param {Figures} told
 * @returns {Chart | null}
 */
function coverageChart({ figures, walking }) {
  if (!walking || figures.coverage.length === 0) return null;
  const cutoffs = [...walking.cutoffs_s].sort((a, b) => a - b);
  const steps = minuteSteps(cutoffs);
  const of = (/** @type {string} */ kind, /** @type {number} */ cutoff) =>
    figures.coverage.find((row) => row.kind === kind && row.cutoff_s === cutoff)?.share ?? null;
  const widest = cutoffs.at(-1) ?? 0;
  const kinds = walking.kinds.filter(({ kind }) => of(kind, widest) !== null);
  return {
    bars: kinds.map((kind) => ({
      code: kind.kind, name: kindName(kind), end: share(of(kind.kind, widest) ?? 0),
    })),
    series: cutoffs.map((cutoff, i) => ({
      name: minutesWord(cutoff / 60),
      swatch: `minutes-${steps[i]}`,
      colour: token(`--minutes-${steps[i]}`),
      hatched: false,
      values: kinds.map(({ kind }) => 100 * ((of(kind, cutoff) ?? 0) - (i ? (of(kind, cutoffs[i - 1]) ?? 0) : 0))),
      said: (bar) => share(of(kinds[bar].kind, cutoff) ?? 0),
      inside: false,
    })),
    longest: 100,
  };
}

/**
 * Step of the colour scale for each cutoff, spread over the whole of it as on the map.
 * @param {number[]} cutoffs
 */
function minuteSteps(cutoffs) {
  const gaps = Math.max(cutoffs.length - 1, 1);
  return cutoffs.map((_, i) => 1 + Math.round((i * (STEPS - 1)) / gaps));
}

/**
 * @param {Chart} chart
 * @returns {Option}
 */
function option({ bars, series, longest }) {
  const last = series.length - 1;
  const size = Number.parseFloat(token("--text-small"));
  const text = { color: token("--ink"), fontFamily: token("--face"), fontSize: size };
  return {
    animation: !matchMedia("(prefers-reduced-motion: reduce)").matches,
    animationDuration: 250,
    textStyle: { fontFamily: token("--face") },
    grid: { left: 4, right: 84, top: 4, bottom: 4, containLabel: true },
    xAxis: {
      type: "value", max: longest, axisLabel: { show: false }, splitLine: { lineStyle: { color: token("--line") } },
    },
    yAxis: {
      type: "category", inverse: true, data: bars.map(({ name }) => name), axisTick: { show: false },
      axisLine: { lineStyle: { color: token("--line-strong") } },
      axisLabel: { ...text, width: 96, overflow: "truncate" },
    },
    series: series.map((one, i) => ({
      type: "bar", stack: "all", name: one.name, data: one.values, barMaxWidth: 22, barMinHeight: 0,
      cursor: bars[0]?.code ? "pointer" : "default",
      itemStyle: {
        color: one.colour, borderColor: token("--paper"), borderWidth: 1,
        ...(one.hatched ? { decal: hatch() } : {}),
      },
      label: i === last
        ? { ...text, show: true, position: "right", formatter: ({ dataIndex }) => bars[dataIndex].end }
        : { show: false },
    })),
  };
}

/** Slanted lines, as on the map. */
function hatch() {
  return {
    symbol: "rect", color: token("--paper"), dashArrayX: /** @type {[number, number]} */ ([1, 0]),
    dashArrayY: /** @type {[number, number]} */ ([2, 4]), rotation: -Math.PI / 4,
  };
}

customElements.define("wg-dashboard-chart", DashboardChart);
