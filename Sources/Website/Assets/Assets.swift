/// The files of this folder by name, embedded in the program. The stylesheet is joined from the files in
/// `styles`.
package let files: [String: [UInt8]] = [
    "app.js": PackageResources.app_js, "enhance.js": PackageResources.enhance_js,
    "composer.js": PackageResources.composer_js,
    "dialogs.js": PackageResources.dialogs_js, "editor.js": PackageResources.editor_js,
    "favicon.svg": PackageResources.favicon_svg, "forms.js": PackageResources.forms_js,
    "icon-192.png": PackageResources.icon_192_png, "icon-512.png": PackageResources.icon_512_png,
    "keys.js": PackageResources.keys_js, "limits.js": PackageResources.limits_js,
    "live.js": PackageResources.live_js,
    "offline.js": PackageResources.offline_js,
    "pages.js": PackageResources.pages_js, "photo-format.js": PackageResources.photo_format_js,
    "photos.js": PackageResources.photos_js, "scroll.js": PackageResources.scroll_js,
    "search.js": PackageResources.search_js, "service-worker.js": PackageResources.service_worker_js,
    "share.js": PackageResources.share_js, "sign-out.js": PackageResources.sign_out_js,
    "site.css": Array(stylesheet.utf8),
    "suggest.js": PackageResources.suggest_js, "times.js": PackageResources.times_js,
    "toast.js": PackageResources.toast_js,
]
