namespace Switchyard.Browser.Tests;

static class Contrast
{
    /// <summary>
    /// A function for the page: the visible HTML texts whose colour and background differ by less than a ratio (WCAG 2, relative luminance).
    /// Pictures are left out: their tables say the same.
    /// </summary>
    public const string Script =
        """
        least => {
          const channels = colour => colour.match(/[\d.]+/g).map(Number);
          const luminance = colour => {
            const [r, g, b] = channels(colour).map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
            return 0.2126 * r + 0.7152 * g + 0.0722 * b;
          };
          const opaque = colour => { const [, , , alpha = 1] = channels(colour); return alpha === 1; };
          const background = element => {
            for (let at = element; at; at = at.parentElement) {
              const colour = getComputedStyle(at).backgroundColor;
              if (opaque(colour)) return colour;
            }
            return 'rgb(255, 255, 255)';
          };
          const found = [];
          for (const element of document.querySelectorAll('body *')) {
            if (element.closest('svg, script, .hidden, .skip') || !element.checkVisibility()) continue;
            if (![...element.childNodes].some(node => node.nodeType === Node.TEXT_NODE && node.data.trim())) continue;
            const pair = [luminance(getComputedStyle(element).color), luminance(background(element))].sort((a, b) => b - a);
            const ratio = (pair[0] + 0.05) / (pair[1] + 0.05);
            if (ratio < least) found.push(`${element.tagName} "${element.textContent.slice(0, 30)}": ${ratio.toFixed(2)}`);
          }
          return found;
        }
        """;
}
