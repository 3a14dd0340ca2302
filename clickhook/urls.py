"""What ordinary Django serves; the hooks are served by clickhook.asgi."""

from django.contrib import admin
from django.urls import path

from clickhook import health

urlpatterns = [
    path("admin/", admin.site.urls),
    path("healthz", health.healthz),
    path("readyz", health.readyz),
]
