/** Colours live in src/styles/tokens.css and nowhere else. */
export default {
  extends: ["stylelint-config-standard"],
  overrides: [
    { files: ["**/*.svelte"], customSyntax: "postcss-html" },
    { files: ["src/styles/tokens.css"], rules: { "color-no-hex": null, "function-disallowed-list": null } },
  ],
  rules: {
    "color-no-hex": true,
    "color-named": "never",
    "declaration-no-important": true,
    "function-disallowed-list": ["rgb", "rgba", "hsl", "hsla", "oklch"],
    "no-descending-specificity": null,
    "selector-class-pattern": "^[a-z][a-z0-9-]*$",
    "selector-pseudo-class-no-unknown": [true, { ignorePseudoClasses: ["global"] }],
    "declaration-empty-line-before": null,
    "custom-property-empty-line-before": null,
    "declaration-property-value-no-unknown": [true, { ignoreProperties: { "text-align": ["-webkit-match-parent"] } }],
    "declaration-block-no-duplicate-properties": [true, { ignore: ["consecutive-duplicates-with-different-syntaxes"] }],
    "media-feature-range-notation": "prefix",
    "property-no-vendor-prefix": [true, { ignoreProperties: ["user-select", "box-orient"] }],
    "value-no-vendor-prefix": [true, { ignoreValues: ["box"] }],
    "property-no-deprecated": [true, { ignoreProperties: ["-webkit-box-orient", "box-orient"] }],
    "comment-empty-line-before": null,
  },
};
