/// The files of this folder, embedded in the program.
package let stylesheet = PackageResources.site_css
package let icon = PackageResources.favicon_svg
