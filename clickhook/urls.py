"""What ordinary Django serves; the hooks are served by clickhook.asgi."""

from django.contrib import admin
from django.urls import path

from clickhook import health
from clickhook.button import views as button

admin.site.site_header = admin.site.site_title = "clickhook"
admin.site.index_title = "Tenants and calls"
admin.site.site_url = None  # there is no site beside the admin

urlpatterns = [
    path("admin/", admin.site.urls),
    path("button.js", button.button),
    path("healthz", health.healthz),
    path("readyz", health.readyz),
]
