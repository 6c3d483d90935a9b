import { useData, withBase } from "vitepress";
import { defineComponent, h, onMounted, ref, useId, watch } from "vue";

/** A wide diagram shrinks to this part of its size, which leaves text of ten pixels, and is scrolled beyond that. */
const leastScale = 0.65;

/**
 * A diagram of mermaid, drawn in the browser in the colours of the page. Until then, and without scripts, its text is
 * shown, which is the slot.
 */
export const DrawnDiagram = defineComponent({
  setup(_, { slots }) {
    const { isDark } = useData();
    const figure = ref(null);
    const drawing = ref(null);
    const id = `diagram-${useId()}`;
    let text = "";
    async function draw() {
      // For the few pages that have a diagram. The configuration copies it there.
      const library = withBase("/mermaid/mermaid.esm.min.mjs");
      const { default: mermaid } = await import(/* @vite-ignore */ library);
      const theme = isDark.value ? "dark" : "neutral";
      mermaid.initialize({ startOnLoad: false, securityLevel: "strict", theme });
      drawing.value = (await mermaid.render(id, text)).svg;
    }
    onMounted(() => {
      text = figure.value.textContent;
      watch(isDark, draw, { immediate: true });
    });
    return () =>
      h("figure", { ref: figure, class: "diagram", tabindex: 0 }, [
        drawing.value === null ? slots.default() : drawingOf(drawing.value),
      ]);
  },
});

function drawingOf(svg) {
  const [, width] = /viewBox="\S+ \S+ ([\d.]+)/.exec(svg);
  return h("div", { innerHTML: svg, style: { minWidth: `${width * leastScale}px` } });
}
