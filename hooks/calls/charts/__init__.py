"""Charts of calls: what is drawn, and how, as SVG that needs neither script nor inline style."""
